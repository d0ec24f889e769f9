"""Definitions that act when they are defined, and code whose copies would not be the same thing in another step."""

from __future__ import annotations

from typing import Any

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

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


_AROUND = {
    "a counter of a decorator with arguments": (
        "def times(k):\n    def deco(f):\n        state = {'n': 0}\n        def inner(*a):\n"
        "            state['n'] += k\n            return f(*a)\n        return inner\n    return deco\n@times(2)"
    ),
    "an object that counts": (
        "class Counter:\n    def __init__(self, f):\n        self.f = f\n        self.n = 0\n    def __call__(self):\n"
        "        self.n += 1\ndef count(f):\n    return Counter(f)\ndef counted(f):\n    return count(f)\n@counted"
    ),
    "a generator": "def parts(f):\n    yield f\n@parts",
}
_STILL = {
    "no state": "def plain(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n@plain",
    "a list of each call": (
        "def times(k):\n    def deco(f):\n        def inner(*a):\n            seen = []\n            seen.append(k)\n"
        "            return f(*a)\n        return inner\n    return deco\n@times(2)"
    ),
    "two that call each other": "def one(f):\n    return two(f) if 0 else f\ndef two(f):\n    return one(f)\n@two",
}


@pytest.mark.parametrize("around", _AROUND.values(), ids=_AROUND)
def test_what_a_decorator_of_the_notebook_keeps_goes_on_with_the_function(around: str) -> None:
    graph = graph_of(f"{around}\ndef f():\n    return 1", "%%step a\nf()", "%%step b\nf()")
    assert "a>b:f" in edges(graph)


@pytest.mark.parametrize("around", _STILL.values(), ids=_STILL)
def test_a_function_whose_decorator_keeps_nothing_is_copied(around: str) -> None:
    assert edges(graph_of(f"{around}\ndef f():\n    return 1", "%%step a\nf()", "%%step b\nf()")) == set()


_COUNTER = "class Counter:\n    n = 0\n    def __call__(self):\n        self.n += 1\n"
_REMEMBERS = "class Base:\n    subs = []\n    def __init_subclass__(cls):\n        Base.subs.append(cls)\n"


@pytest.mark.parametrize(
    "derived",
    [
        "class J(Counter):\n    pass",
        "if True:\n    class J(Counter):\n        pass",
        "from dataclasses import make_dataclass\nJ = make_dataclass('J', [], bases=(Counter,))",
    ],
)
def test_an_object_changes_by_its_use_when_its_base_class_says_so(derived: str) -> None:
    graph = graph_of(_COUNTER + derived, "%%step a\nk = J()", "%%step b\nk()", "%%step c\nprint(k.n)")
    assert inputs(graph, "c") == {"k": "b"}


def test_a_function_is_not_changed_by_its_use_because_an_annotation_names_a_class() -> None:
    setup = f"{_COUNTER}def f(v: Counter):\n    return 1"
    assert inputs(graph_of(setup, "%%step a\nk = [f]", "%%step b\nprint(k)", "%%step c\nprint(k)"), "c") == {"k": "a"}


def test_a_class_that_a_function_reads_is_no_base() -> None:
    setup = _REMEMBERS + "def g():\n    return Base\nclass J:\n    v = g()"
    graph = graph_of(setup, "%%step a\nclass K(J):\n    pass", "%%step b\nprint(J)")
    assert "class K" not in text(graph, "b")


def test_a_function_with_a_class_as_default_is_not_derived_from_it() -> None:
    setup = _REMEMBERS + "class J(Base):\n    pass"
    graph = graph_of(setup, "%%step a\ndef f(v=J):\n    pass", "%%step b\nprint(J)")
    assert "def f" not in text(graph, "b")


@pytest.mark.parametrize("also", ["class Child(Base):\n    pass", "Child = Base"])
def test_a_class_that_only_one_step_uses_is_copied_whatever_the_set_up_makes_of_it(also: str) -> None:
    setup = f"class Base:\n    items = []\n    def add(self):\n        self.items.append(1)\n{also}"
    graph = graph_of(setup, "%%step a\nBase().add()", "%%step b\nprint(1)")
    assert edges(graph) == set()
    assert "class Base" in text(graph, "a")


def test_a_function_under_another_name_is_changed_with_it() -> None:
    setup = "def f(v=[]):\n    v.append(1)\n    return v"
    graph = graph_of(setup, "%%step a\ng = f\ng()", "%%step b\nprint(f())")
    assert inputs(graph, "b")["f"] == "a"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("def f():\n    return k", "try:\n    from nowhere_at_all import f\nexcept ImportError:\n    pass"),
        ("def f():\n    return k", "if len('ab') > 2:\n    def f():\n        return 0"),
    ],
)
def test_a_function_that_may_stay_as_it_was_needs_its_names(first: str, then: str) -> None:
    graph = graph_of(first, then, "%%step a\nk = len('a')", "%%step b\nprint(f())")
    assert inputs(graph, "b")["k"] == "a"


def test_a_decorator_that_may_stay_as_it_was_needs_its_names() -> None:
    setup = "def deco(f):\n    print(k)\n    return f\nif len('ab') > 2:\n    def deco(f):\n        return f"
    graph = graph_of(setup, "%%step a\nk = len('a')", "%%step b\nk = 2 * k", "%%step c\n@deco\ndef h():\n    pass")
    assert inputs(graph, "c") == {"k": "b"}


def test_a_result_does_not_need_what_the_function_needed_that_made_it() -> None:
    graph = graph_of("def f():\n    return k", "%%step a\nk = len('a')\nx = f()", "%%step b\nprint(x)")
    assert inputs(graph, "b") == {"x": "a"}


def test_a_value_made_beside_a_function_does_not_need_its_names() -> None:
    loop = "for n in (1, 2):\n    def f():\n        return k\n    rows = [n]"
    graph = graph_of(f"%%step a\nk = 1\n{loop}", "%%step b\nk = 2", "%%step c\nprint(rows)")
    assert inputs(graph, "c") == {"rows": "a"}


def test_a_function_that_a_call_uses_at_once_is_not_kept_in_its_result() -> None:
    cells = "%%step a\nx = len('a')\nr = sorted([1, 2], key=lambda v: x)", "%%step b\nx = 2", "%%step c\nprint(r)"
    assert inputs(graph_of(*cells), "c") == {"r": "a"}


_K = "class K:\n    rate = 1\n    items = []\n    @classmethod\n    def use(cls, rate):\n        cls.rate = rate\n"


@pytest.mark.parametrize("change", ["K.rate = 2", "K.items.append(2)", "K.use(2)", "del K.rate", "K.rate += 1"])
def test_a_statement_that_only_changes_a_class_is_copied_with_it(change: str) -> None:
    graph = graph_of(_K, f"%%step a\n{change}", "%%step b\nprint(K.rate, K.items)")
    assert edges(graph) == set()
    assert change in text(graph, "b")


@pytest.mark.parametrize(
    "change",
    ["if len(os.listdir('.')) > 3:\n    K.rate = 2", "while K.rate < len(os.listdir('.')):\n    K.rate += 1"],
)
def test_a_change_of_a_class_that_depends_on_where_it_runs_is_made_once(change: str) -> None:
    graph = graph_of(f"import os\n{_K}", f"%%step a\n{change}", "%%step b\nprint(K.rate)")
    assert inputs(graph, "b") == {"K": "a"}


def test_a_method_of_an_object_is_not_called_again_further_down() -> None:
    graph = graph_of("%%step a\nm = list('a')", "%%step b\nm.use(1)", "%%step c\nprint(m)")
    assert text(graph, "c") == "print(m)"


@pytest.mark.parametrize(
    ("setup", "change"),
    [("from nolib import table\nalso = table", "also.append(1)"), ("import nolib\nlib = nolib", "lib.items.append(1)")],
)
def test_what_changes_an_import_under_another_name_is_done_where_it_is_used(setup: str, change: str) -> None:
    graph = graph_of(setup, f"%%step a\n{change}", f"%%step b\nprint({change.partition('.')[0]})")
    assert change in text(graph, "b")


def test_a_class_changed_with_an_object_of_another_one_does_not_keep_that_class_from_being_made_anew() -> None:
    setup = "class K:\n    items = []\nclass J:\n    pass"
    change, again = "%%step a\nK.items.append(J())", "%%step b\nclass J:\n    n = 1"
    assert edges(graph_of(setup, change, again, "%%step c\nprint(K.items)")) == set()


def test_members_of_a_class_are_values() -> None:
    setup = "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2"
    assert inputs(graph_of(setup, "%%step a\nRED, BLUE = Color", "%%step b\nprint(RED)"), "b") == {"RED": "a"}


def test_a_registered_function_brings_what_it_holds_to_where_it_is_registered() -> None:
    setup = "from functools import singledispatch\n@singledispatch\ndef show(v):\n    return v"
    registered = "%%step b\n@show.register\ndef _(v: int, w=data):\n    return w"
    graph = graph_of(
        setup, "%%step a\ndata = list('a')", registered, "%%step c\ndata.append(1)", "%%step d\nprint(show(1))"
    )
    assert inputs(graph, "d") == {"show": "c"}


@pytest.mark.parametrize("body", ["pass", "def __init__(self, f):\n        self.f = f"])
def test_what_a_class_makes_of_the_function_that_it_decorates_is_one_object(body: str) -> None:
    setup = f"class Task:\n    {body}"
    graph = graph_of(setup, "%%step a\n@Task\ndef f():\n    pass", "%%step b\nf.x = 1", "%%step c\nprint(f.x)")
    assert edges(graph) == {"a>b:f", "b>c:f"}
