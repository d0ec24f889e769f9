"""Definitions that act when they are defined, and code whose copies would not be the same thing in another step."""

from __future__ import annotations

from typing import Any

import pytest

from unit.notebook.make_notebook import edges, graph_of

_FACTORY = """
registry = {}
def register(name):
    def enter(function):
        registry[name] = function
        return function
    return enter
"""
_OPTIONAL = """
registry = {}
def register(function=None):
    def enter(function):
        registry[function.__name__] = function
        return function
    return enter(function) if function else enter
"""


def inputs(graph: Any, step: str) -> dict[str, str]:
    return dict(next(one for one in graph.steps if one.id == step).inputs)


@pytest.mark.parametrize(
    ("setup", "decorator"),
    [
        (_FACTORY, '@register("f")'),
        (_FACTORY + 'enter = register("f")', "@enter"),
        (_OPTIONAL, "@register"),
        (_OPTIONAL, "@register()"),
    ],
)
def test_a_decorator_that_a_call_gives_does_what_the_inner_function_does(setup: str, decorator: str) -> None:
    graph = graph_of(setup, f"%%step a\n{decorator}\ndef f():\n    pass", "%%step b\nprint(registry)")
    assert inputs(graph, "b") == {"registry": "a"}


def test_the_function_inside_the_inner_function_does_not_run_when_it_is_decorated() -> None:
    inner = "        def call():\n            seen.append(n)\n        return call\n"
    setup = f"seen = []\ndef times(n):\n    def deco(f):\n{inner}    return deco"
    graph = graph_of(setup, "%%step a\n@times(2)\ndef f():\n    pass", "%%step b\nprint(seen)")
    assert inputs(graph, "b") == {}


def test_a_class_derived_from_one_that_crosses_as_a_value_crosses_too() -> None:
    setup = "class Base:\n    pass\nclass Child(Base):\n    pass"
    made = "%%step a\nitems = [Child(), Base()]"
    again = "%%step c\nclass Base:\n    pass\nprint(items, issubclass(Child, Base))"
    graph = graph_of(setup, made, "%%step b\nprint(type(items[0]) is Child)", again)
    assert {"Child": "a", "items": "a"}.items() <= inputs(graph, "b").items()


@pytest.mark.parametrize("change", ["kind.rate = 2", "setattr(kind, 'rate', 2)", "patch(kind)"])
def test_classes_that_a_loop_changes_are_changed(change: str) -> None:
    setup = "class A:\n    rate = 1\nclass B(A):\n    pass\ndef patch(c):\n    c.rate = 2"
    loop = f"%%step a\nfor kind in (A, B):\n    {change}"
    graph = graph_of(setup, loop, "%%step b\nprint(A.rate, B.rate)")
    assert inputs(graph, "b") == {"A": "a", "B": "a"}


def test_a_function_that_a_class_keeps_needs_its_names_where_the_class_is_used() -> None:
    table = "class Table:\n    ops = {'mul': lambda a: a * rate}\n    def go(self):\n        return self.ops['mul'](2)"
    graph = graph_of(f"{table}", "%%step a\nrate = 2", "%%step b\nprint(Table().go())")
    assert inputs(graph, "b") == {"rate": "a"}


def test_a_descriptor_that_counts_is_state_of_the_class_that_has_it() -> None:
    setup = "class Count:\n    def __get__(self, o, t=None):\n        self.n += 1\nclass K:\n    c = Count()"
    graph = graph_of(setup, "%%step a\nk = K()", "%%step b\nk.c", "%%step c\nk.c")
    assert inputs(graph, "c") == {"K": "b", "k": "b"}


def test_an_object_of_a_class_that_a_method_of_its_own_changes_is_state_of_the_class() -> None:
    book = "class Book:\n    def enter(self, x):\n        self.last = x\n"
    setup = book + "class K:\n    book = Book()\n    def go(self):\n        self.book.enter(1)"
    graph = graph_of(setup, "%%step a\nk = K()", "%%step b\nK().go()", "%%step c\nprint(K.book.last)")
    assert inputs(graph, "c")["K"] == "b"


def test_a_function_that_a_loop_defines_and_keeps_needs_its_names_where_it_is_called() -> None:
    loop = "kept = []\nfor n in (1, 2):\n    def f():\n        return rate\n    kept.append(f)\ndel f\nrate = 1"
    graph = graph_of(f"%%step a\n{loop}", "%%step b\nrate = 2", "%%step c\nprint(kept[0]())")
    assert inputs(graph, "c") == {"kept": "a", "rate": "b"}


def test_an_import_of_several_names_gives_way_where_one_of_them_is_something_else() -> None:
    graph = graph_of("from math import ceil, floor", "%%step a\nceil = 10", "%%step b\nprint(ceil, floor(2.5))")
    assert inputs(graph, "b") == {"ceil": "a", "floor": "setup"}


def test_a_decorator_of_a_method_that_counts_calls_moves_on_with_the_class() -> None:
    setup = (
        "def counted(f):\n    def inner(*a):\n        inner.calls += 1\n        return f(*a)\n    inner.calls = 0\n"
        "    return inner\nclass S:\n    @counted\n    def go(self):\n        return 1"
    )
    graph = graph_of(setup, "%%step a\ns = S()\ns.go()", "%%step b\nprint(S.go.calls)")
    assert "a>b:S" in edges(graph)
