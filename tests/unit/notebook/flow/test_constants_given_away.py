"""Constants of the set-up that a step may change without its source showing it are values, not copies."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.scopes.handed_out import names_handed_out
from unit.notebook.make_notebook import PARAMETERS, edges, graph_of

GIVEN = ["lib.fix(x)", "y = x", "f(k=x)", "box.items = x", "x.frobnicate()", "return_ = [x]", "lib.fix([x])", "f(*[x])"]
LOOKED_AT = [
    "print(x)",
    "y = x['k']",
    "lib.fix(x['k'])",
    "for one in x: lib.fix(one)",
    "len(x) > 1",
    "f(*x, **x)",
    "y = list(x)",
    "if x: pass",
    "y = x.get('k')",
    "y = [lib.fix(one) for one in x]",
    "y = x + [1]",
    "f'{x}'",
]
MEMBERS = ["lib.fix(x['k'])", "for one in x: lib.fix(one)", "f(*x)", "y = list(x)", "y = x.get('k')", "y = x + [1]"]


def names(source: str, members: bool = False) -> frozenset[str]:
    return names_handed_out(ast.parse(source), members)


@pytest.mark.parametrize("source", GIVEN)
def test_what_may_change_or_keep_the_object_gives_it_away(source: str) -> None:
    assert "x" in names(source)


@pytest.mark.parametrize("source", LOOKED_AT)
def test_looking_at_an_object_does_not_give_it_away(source: str) -> None:
    assert "x" not in names(source)


@pytest.mark.parametrize("source", MEMBERS)
def test_giving_a_member_away_counts_where_members_can_change(source: str) -> None:
    assert "x" in names(source, members=True)


@pytest.mark.parametrize("source", ["print(x)", "y = x['k']['n'] > 1", "len(list(x))", "if x[0]: pass"])
def test_members_that_are_looked_at_stay(source: str) -> None:
    assert "x" not in names(source, members=True)


def test_a_constant_that_a_step_gives_away_and_a_later_one_uses_comes_from_the_setup() -> None:
    graph = graph_of(
        "import heapq\nitems = [3, 1]", "%%step a\ngetattr(heapq, 'heapify')(items)", "%%step b\nprint(items)"
    )
    assert edges(graph) == {"setup>a:items", "setup>b:items"}


@pytest.mark.parametrize(
    ("first", "second"),
    [("print(items)", "getattr(items, 'sort')()"), ("print(items)", "print(items[0])"), ("print(1)", "f = items")],
    ids=["the last one gives it away", "nobody does", "the only one does"],
)
def test_a_constant_that_no_later_step_can_miss_is_copied(first: str, second: str) -> None:
    assert edges(graph_of("items = [3, 1]", f"%%step a\n{first}", f"%%step b\n{second}")) == set()


def test_a_function_that_gives_a_constant_away_counts_where_it_is_called() -> None:
    setup = "import heapq\nitems = [3, 1]\ndef order():\n    getattr(heapq, 'heapify')(items)"
    assert edges(graph_of(setup, "%%step a\norder()", "%%step b\nprint(items)")) == {"setup>a:items", "setup>b:items"}
    assert edges(graph_of(setup, "%%step a\nprint(items)", "%%step b\nprint(items)")) == set()


def test_members_of_a_constant_count_only_where_they_can_change() -> None:
    steps = "import lib", "%%step a\nlib.fix(items[0])", "%%step b\nprint(items)"
    assert edges(graph_of("items = [[1]]", *steps)) == {"setup>a:items", "setup>b:items"}
    assert edges(graph_of("items = [1]", *steps)) == set()


def test_a_parameter_that_a_step_gives_away_is_changed_there() -> None:
    cells = ("items = [1]\nn = 2", PARAMETERS), "%%step a\ngetattr(items, 'append')(n)", "%%step b\nprint(items, n)"
    assert edges(graph_of(*cells)) == {"a>b:items"}
    cells = (
        ("items = [1]\nmore = items + [2]", PARAMETERS),
        "%%step a\ngetattr(more, 'append')(1)",
        "%%step b\nprint(more)",
    )
    assert edges(graph_of(*cells)) == {"a>b:more"}


def test_a_parameter_that_a_step_only_looks_at_is_not_changed() -> None:
    cells = ("items = [1]", PARAMETERS), "%%step a\nprint(len(items))", "%%step b\nprint(items)"
    assert edges(graph_of(*cells)) == set()
