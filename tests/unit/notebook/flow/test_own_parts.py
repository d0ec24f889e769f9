"""An object that a class or function holds and that has another name too: one object, also when the class is copied."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

_CLASS = "class K:\n    rows = []\n    n = 1"
_FUNCTION = "def f():\n    return f.rows\nf.rows = []"
_MORE = """class K:
    rows = []
    other: list = []
    @classmethod
    def rows_of(cls):
        return cls.rows
    def mine(self):
        return self.rows
    def plain(self):
        return self.n
    async def later(self):
        return self.rows
    def none():
        return K.rows
class L(K):
    pass
class M(L):
    pass
def get():
    return K.rows
def number():
    return K.n
"""


def is_a_value(definition: str, *steps: str) -> bool:
    """Whether what the definition makes is handed from step to step, not copied."""
    graph = graph_of(definition, *(f"%%step s{number}\n{code}" for number, code in enumerate(steps)))
    return any(edge.startswith("setup>") for edge in edges(graph))


@pytest.mark.parametrize(
    "takes",
    [
        "x = K.rows",
        "x: list = K.rows",
        "x = [K.rows]",
        "x = y = K.rows",
        "for x in [K.rows]:\n    pass",
        "x = {}\nx['a'] = K.rows",
        "x = getattr(K, 'rows')",
        "x = vars(K)['rows']",
        "x = K.__dict__['rows']",
        "k = K()\nx = k.rows",
        "x = K().rows",
        "x = K.other",
        "x = K.rows_of()",
        "x = K.rows_of()[0]",
        "x = K().mine()",
        "x = get()",
        "x = [get()]",
        "x = {'a': K.rows_of()}",
        "x = (1, *[get() if number() else K.rows_of()])",
        "x = L.rows",
        "x = M.rows",
        "x = M.rows_of()",
    ],
)
def test_a_part_of_a_class_that_has_another_name_is_one_object(takes: str) -> None:
    assert is_a_value(_MORE, takes, "x.append(1)", "print(K.rows)")
    changed = "K.other" if "other" in takes else "K.rows"
    assert is_a_value(_MORE, takes, f"{changed}.append(1)", "print(x)")


@pytest.mark.parametrize(
    "takes",
    [
        "x = list(range(K.n))",
        "x = K.rows_of().copy()",
        "x = K().plain()",
        "x = number()",
        "x = getattr(K, 'n')",
        "x = other['rows']",
        "x = len(K.rows)",
        "x = sorted('ab')\nprint(K.rows)",
    ],
)
def test_what_is_no_part_of_a_class_is_another_object(takes: str) -> None:
    steps = ["other = dict(rows=[])\n" + takes, "K.rows.append(1)", "print(x)"]
    assert not is_a_value(_MORE, *steps)


def test_an_object_of_a_function_that_has_another_name_is_one_object() -> None:
    assert is_a_value(_FUNCTION, "x = f.rows", "x.append(1)", "print(f())")
    assert is_a_value(_FUNCTION, "x = f.rows", "f.rows.append(1)", "print(x)")


@pytest.mark.parametrize("changes", ["K.rows = [1]", "print(x)", "y = 1", "x = [2]"])
def test_a_class_is_copied_where_the_object_stays_as_it_is(changes: str) -> None:
    assert not is_a_value(_CLASS, "x = K.rows", changes, "print(x, K.rows)")


def test_a_change_before_the_object_has_another_name_is_copied() -> None:
    assert not is_a_value(_CLASS, "K.rows.append(1)", "x = K.rows", "print(x, K.rows)")


def test_a_class_is_copied_where_one_step_alone_has_it() -> None:
    assert not is_a_value(_CLASS, "x = K.rows\nK.rows.append(1)\nx.append(2)\nprint(K.rows)", "print(1)")


@pytest.mark.parametrize(
    "definition",
    [
        "class K:\n    rows = 5",
        "class K:\n    rows = []\n    def __init__(self):\n        self.rows = []",
        "class K:\n    def rows(self):\n        pass",
        "import enum\nclass K(enum.Enum):\n    rows = (1, f)",
        "import enum\nclass K(enum.Flag):\n    rows = (1, f)",
    ],
)
def test_what_cannot_be_changed_or_is_each_instance_s_own_is_no_part_of_the_class(definition: str) -> None:
    code = f"def f():\n    pass\n{definition}"
    assert not is_a_value(code, "x = K.rows", "x.append(1)", "print(K.rows)")


def test_an_instance_that_keeps_a_part_of_its_class_has_that_object() -> None:
    keeps = "class K:\n    rows = []\n    def __init__(self):\n        mine = self.rows\n        self.mine = self.rows"
    assert is_a_value(keeps, "k = K()", "K.rows.append(1)", "print(k.mine)")
    assert not is_a_value(keeps, "k = K.__name__", "K.rows.append(1)", "print(k)")
    other = "class K:\n    rows = []\n    def __init__(self):\n        print.mine = self.rows"
    assert not is_a_value(other, "k = K()", "K.rows.append(1)", "print(k)")


def test_an_object_that_a_class_is_given_is_that_of_the_name() -> None:
    assert is_a_value("class K:\n    pass", "x = list('a')\nK.rows = x", "K.rows.append(1)", "print(x)")


def test_a_class_that_is_given_a_number_is_copied() -> None:
    assert not is_a_value(_CLASS, "K.n = 2\nprint(K)", "K.rows.append(1)", "print(K.rows)")


def test_a_class_inside_a_function_is_no_class_of_the_notebook() -> None:
    inner = "def f():\n    class K:\n        rows = []\n    return K.rows"
    assert not is_a_value(inner, "x = f()", "x.append(1)", "print(x, f())")


def test_another_class_of_the_name_has_no_part_of_the_first() -> None:
    steps = ["k = K()", _CLASS, "x = k.rows", "x.append(1)", "print(K.rows)", "print(K.rows)"]
    graph = graph_of(_CLASS, *(f"%%step s{number}\n{code}" for number, code in enumerate(steps)))
    assert not any(edge.startswith("s1>") for edge in edges(graph))


def test_where_identity_is_looked_at_the_object_of_a_class_is_that_of_its_name() -> None:
    assert is_a_value(_CLASS, "x = K.rows", "print(x is K.rows)")
    assert not is_a_value(_CLASS, "x = K.rows", "print(x == K.rows)")


def test_numbers_of_a_class_that_are_given_names_are_copied_with_it() -> None:
    graph = graph_of(_CLASS, "%%step a\nx = K.n\nx += 1", "%%step b\nprint(x, K.rows)")
    assert edges(graph) == {"a>b:x"}
    assert "class K" in text(graph, "b")
