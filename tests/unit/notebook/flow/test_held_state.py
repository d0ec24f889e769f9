"""Functions and classes that hold objects: which of them a copy of the text would not share."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from cellift.notebook.flow.held_state import changed_attributes, held_by_class, held_default, sets_its_class


def first(text: str) -> Any:
    node = ast.parse(text).body[0]
    return node.value if isinstance(node, ast.Expr) else node


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("def f(x, seen=[]):\n    seen.append(x)", "seen"),
        ("def f(x, /, seen=[]):\n    seen.append(x)", "seen"),
        ("def f(x, *, seen={}):\n    seen[x] = 1", "seen"),
        ("def f(x, *, a, seen={}):\n    del seen[x]", "seen"),
        ("def f(x, seen=[]):\n    return seen", "seen"),
        ("def f(x, seen=[]):\n    keep(seen)", "seen"),
        ("def f(x, seen=[]):\n    keep(all=seen)", "seen"),
        ("def f(x, seen=[]):\n    y = seen", "seen"),
        ("def f(x, seen=[]):\n    seen.total = x", "seen"),
        ("lambda x, seen=[]: seen", "seen"),
        ("def f(a=[], b=[]):\n    b.append(1)", "b"),
        ("def f(x, seen=[]):\n    return len(seen) + x", None),
        ("def f(x, seen=[]):\n    return seen[0]", None),
        ("def f(x, table={}):\n    return table.get(x)", None),
        ("def f(x, seen=[]):\n    for one in seen:\n        print(one)", None),
        ("def f(x, seen=[]):\n    return [one for one in seen]", None),
        ("def f(x, seen=[]):\n    if seen:\n        return 1", None),
        ("def f(x, seen=[]):\n    while not seen:\n        return 1", None),
        ("def f(x, seen=[]):\n    return 1 if seen else 2", None),
        ("def f(x, seen=[]):\n    return x in seen", None),
        ("def f(x, seen=[]):\n    return f'{seen}'", None),
        ("def f(x, seen=[]):\n    assert seen", None),
        ("def f(x, seen=[]):\n    seen", None),
        ("def f(x, n=1, t=(1, 2), k=-1):\n    return n, t, k", None),
        ("def f(key=lambda x: x):\n    return key", None),
        ("def f(t=f'{x}'):\n    return t", None),
        ("def f(b=x > 1):\n    return b", None),
        ("def f(x, seen):\n    return seen", None),
    ],
)
def test_a_default_is_held_when_calls_may_change_or_hand_it_out(text: str, held: str | None) -> None:
    assert held_default(first(text)) == held


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("def f(self):\n    self.items.append(1)", {"items"}),
        ("def f(self):\n    self.a.b.append(1)", {"a", "b"}),
        ("def f(self):\n    self.rows[0] = 1", {"rows"}),
        ("def f(self):\n    del self.rows[0]", {"rows"}),
        ("def f(self):\n    self.rows[0].append(1)", {"rows"}),
        ("def f(self):\n    self.n += 1", {"n"}),
        ("def f(self):\n    change(self.items)", {"items"}),
        ("x.items.append(1)", {"items"}),
        ("Config.items.append(1)", set()),
        ("Config.items[0] = 1", set()),
        ("Config.n += 1", {"n"}),
        ("def f(self):\n    Config.items.append(1)", {"items"}),
        ("def f(self):\n    print(self.items)", set()),
        ("def f(self):\n    return self.items[0]", set()),
        ("def f(self):\n    self.items.count(1)", set()),
        ("def f(self):\n    self.items = 1", set()),
    ],
)
def test_attributes_whose_objects_are_changed(text: str, attributes: set[str]) -> None:
    assert changed_attributes([first(text) if text.startswith("def") else ast.parse(text).body[0]]) == attributes


def test_methods_of_own_classes_that_change_their_object_count() -> None:
    tree = first("def f(self):\n    self.log.note(1)")
    assert changed_attributes([tree]) == set()
    assert changed_attributes([tree], frozenset({"note"})) == {"log"}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    rows = K.items\n    rows.append(1)",
        "async def f():\n    rows = K.items[0]\n    rows.append(1)",
        "class K:\n    def f(self):\n        rows = self.items\n        rows[0] = 1",
        "def f():\n    for row in K.items:\n        row.append(1)",
    ],
)
def test_what_a_name_inside_a_function_stands_for_is_changed_with_it(text: str) -> None:
    assert changed_attributes([first(text)]) == {"items"}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    rows = K.items\n    other.append(1)",
        "def f():\n    rows = list(K.items)\n    rows.append(1)",
        "if x:\n    rows = K.items\n    rows.append(1)",  # of the notebook: the data flow knows who shares it
    ],
)
def test_what_no_changed_name_inside_a_function_stands_for_is_not_changed(text: str) -> None:
    assert changed_attributes([first(text)]) == set()


def test_an_attribute_that_is_the_object_of_another_is_changed_with_it() -> None:
    keeps, changes = first("def f(self):\n    self.mine = K.items"), first("def g(self):\n    self.mine.append(1)")
    assert changed_attributes([keeps, changes]) == {"mine", "items"}
    assert changed_attributes([keeps]) == set()


CHANGED = frozenset({"items", "n"})


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("items = []", "items"),
        ("items: list = []", "items"),
        ("other = items = []", "items"),
        ("items = make()", "items"),
        ("items: list", None),
        ("other = []", None),
        ("n = 0", None),
        ("items = (1, 2)", None),
        ("items = lambda: []", None),
        ("items = f'{x}'", None),
        ("items = x > 1", None),
        ("items = field(default_factory=list)", None),
        ("items = []\n    def __init__(self):\n        self.items = []", None),
        ("items = []\n    def __init__(me):\n        me.items = []", None),
        ("items = []\n    def __init__(self):\n        self.other = []", "items"),
        ("items = []\n    def __init__(self):\n        other.items = []", "items"),
        ("items = []\n    def __init__(self):\n        print(self.items)", "items"),
        ("items = []\n    def reset(self):\n        self.items = []", "items"),
        ("items = []\n    def __init__():\n        pass", "items"),
        ("def items(self):\n        pass", None),
    ],
)
def test_an_object_of_the_class_is_held_when_it_is_changed_through_instances(body: str, held: str | None) -> None:
    assert held_by_class(first(f"class K:\n    {body}"), CHANGED) == held


def test_objects_that_move_when_they_are_looked_at_are_held() -> None:
    node = first("class K:\n    seen = Counted()")
    assert held_by_class(node, frozenset()) is None
    assert held_by_class(node, frozenset(), frozenset({"Counted"})) == "seen"


@pytest.mark.parametrize(
    ("body", "attribute"),
    [
        ("@classmethod\n    def f(cls):\n        cls.n += 1", "n"),
        ("@classmethod\n    def f(cls):\n        cls.rows[0] = 1", "rows"),
        ("@classmethod\n    def f(cls):\n        del cls.rows[0]", "rows"),
        ("@classmethod\n    def f(cls):\n        cls.rows.append(1)", "rows"),
        ("@classmethod\n    async def f(cls):\n        cls.n = 1", "n"),
        ("def __new__(cls):\n        cls.n = 1", "n"),
        ("def __init_subclass__(cls):\n        cls.n = 1", "n"),
        ("def f(self):\n        type(self).n += 1", "n"),
        ("def f(self):\n        self.__class__.n += 1", "n"),
        ("def f(self):\n        type(self).rows.append(1)", "rows"),
        ("@classmethod\n    def f(cls):\n        cls.update(1)\n        cls.n += 1", "n"),
        ("def f(self):\n        type(self).update(1)\n        type(self).n += 1", "n"),
        ("def f(self):\n        self.n = 1", None),
        ("def f(cls):\n        cls.n = 1", None),
        ("@classmethod\n    def f(cls):\n        cls.rows.count(1)", None),
        ("@classmethod\n    def f(cls):\n        return cls.n", None),
        ("@classmethod\n    def f(cls, other):\n        other.n = 1", None),
        ("def f(self):\n        type(self, 2).n = 1", None),
        ("def f(self):\n        kind(self).n = 1", None),
        ("n = 1", None),
    ],
)
def test_methods_that_set_their_class(body: str, attribute: str | None) -> None:
    assert sets_its_class(first(f"class K:\n    {body}")) == attribute


def test_methods_of_a_metaclass_set_the_class() -> None:
    body = "\n    def f(cls):\n        cls.n = 1"
    assert sets_its_class(first(f"class M(type):{body}")) == "n"
    assert sets_its_class(first(f"class M(base.type):{body}")) is None


def test_an_object_whose_attributes_are_those_of_the_class_changes_it_when_one_is_set() -> None:
    node = first("class K:\n    state = {}\n    def __init__(self):\n        self.__dict__ = self.state")
    assert held_by_class(node, changed_attributes([node], frozenset())) == "state"
    node = first("class K:\n    state = {}\n    def __init__(self):\n        self.other = self.state")
    assert held_by_class(node, changed_attributes([node], frozenset())) is None
