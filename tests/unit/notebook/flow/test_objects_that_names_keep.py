"""A name may keep the object that it shares with others, be given another one, or get one from a function."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

_SHARED = "%%step a\ny = list('a')\nx = y\nn = len('b')"


@pytest.mark.parametrize(
    "may_bind",
    [
        "if n:\n    x = [0]",
        "if n:\n    x = 5",
        "if n:\n    x = str(5)",
        "try:\n    int('1')\nexcept ValueError:\n    x = [1]",
        "globals().setdefault('x', [2])",
    ],
)
def test_a_name_that_may_keep_its_object_goes_on_sharing_it(may_bind: str) -> None:
    graph = graph_of(_SHARED, f"%%step b\n{may_bind}", "%%step c\ny.append(1)", "%%step d\nprint(x)")
    assert {"b>c:x", "b>c:y", "c>d:x"} <= edges(graph)  # the two come together, or they would be two objects


@pytest.mark.parametrize("binds", ["x = [0]", "exec(f'x = {n}')", "if n:\n    x = 1\nelse:\n    x = 2"])
def test_a_name_that_is_surely_bound_shares_no_longer(binds: str) -> None:
    graph = graph_of(_SHARED, f"%%step b\n{binds}", "%%step c\ny.append(1)", "%%step d\nprint(x)")
    assert "b>d:x" in edges(graph)


def test_a_text_in_one_branch_does_not_make_the_name_one_that_cannot_be_changed() -> None:
    cells = [
        "%%step a\nx = list('ab')\nn = len('c')",
        "%%step b\nif n:\n    x = str(5)\ny = x",
        "%%step c\ny.append(1)",
    ]
    assert "c>d:x" in edges(graph_of(*cells, "%%step d\nprint(x)"))


@pytest.mark.parametrize(
    ("binds", "kept"),
    [
        ("import os.path", False),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as os:\n    pass\nfinally:\n    os = 1", False),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as os:\n    pass", True),
    ],
)
def test_a_value_is_taken_only_where_the_name_may_keep_it(binds: str, kept: bool) -> None:
    graph = graph_of("%%step a\nos = [1]", f"%%step b\n{binds}\nprint(os)")
    assert ("a>b:os" in edges(graph)) is kept


def test_a_value_is_handed_on_by_the_step_that_may_delete_its_name() -> None:
    handler = "%%step b\ntry:\n    int('a')\nexcept ValueError as e:\n    pass"
    assert edges(graph_of("%%step a\ne = [1]", handler, "%%step c\nprint(e)")) == {"a>b:e", "b>c:e"}


_HANDLED = "def f(v):\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n        return v"


@pytest.mark.parametrize(
    "function",
    [
        "def f(v):\n    return v",
        "def g(v):\n    return v\ndef f(v):\n    return g(v)",
        _HANDLED,
        "def f(v):\n    class K:\n        item = v\n    return K",
        "f = lambda v: [v]",
    ],
)
def test_what_a_function_gives_may_hold_its_argument(function: str) -> None:
    graph = graph_of(function, "%%step a\nx = [1]", "%%step b\nr = f(x)", "%%step c\nx.append(1)", "%%step d\nprint(r)")
    assert "c>d:r" in edges(graph)


@pytest.mark.parametrize(
    "makes",
    [
        "def f():\n    def g():\n        return x\n    return 1\nr = f()",
        "def f(v):\n    return v\nr = [0]\nclass K:\n    r = f(x)",
        "r = [0]\nprint([(w := r) for r in [[1]]], x)",
        "r = list('a')\nprint([(x := r) for r in [[1]]])",
    ],
)
def test_what_is_inside_of_a_function_a_class_or_a_comprehension_is_another_name(makes: str) -> None:
    graph = graph_of("%%step a\nx = [1]", f"%%step b\n{makes}", "%%step c\nx.append(1)", "%%step d\nprint(r)")
    assert "b>d:r" in edges(graph)


def test_an_iterator_of_a_class_does_not_make_a_name_outside_move_on() -> None:
    makes = "%%step a\nif len('a'):\n    class K:\n        it = iter([1])\n    it = [1]"
    assert edges(graph_of(makes, "%%step b\nprint(it)", "%%step c\nprint(it)")) == {"a>b:it", "a>c:it"}


def test_another_object_in_an_attribute_leaves_the_one_before_as_it_is() -> None:
    shared = "%%step a\nx = list('a')\nK.items = x"
    graph = graph_of("class K:\n    pass", shared, "%%step b\nK.items = []", "%%step c\nprint(x)")
    assert (edges(graph), text(graph, "c")) == ({"a>b:x", "a>c:x"}, "print(x)")


def test_a_class_that_holds_an_object_is_copied_to_where_the_object_comes_from_a_later_step() -> None:
    shared = "%%step a\nx = list('a')\nK.items = x"
    graph = graph_of("class K:\n    pass", shared, "%%step b\ny = x", "%%step c\nprint(y, K.items)")
    assert edges(graph) == {"a>b:x", "b>c:x", "b>c:y"}
    assert "K.items = x" in text(graph, "c")


def test_a_default_value_is_held_by_the_function_not_by_what_its_cell_binds_besides() -> None:
    makes = "%%step b\ndef f(v=x, w=(y := [1])):\n    return v"
    graph = graph_of(
        "%%step a\nx = list('a')", makes, "%%step c\nx.append(1)", "%%step d\nprint(y)", "%%step e\nprint(f())"
    )
    assert {"b>d:y", "c>e:f"} <= edges(graph)
