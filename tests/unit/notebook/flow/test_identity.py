"""Copies of a text, a number or a tuple can be told apart only where the notebook looks at which object it is.

And an object's end only where it has weak references.
"""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.flow.identity import looks_at_identity, refers_weakly
from unit.notebook.make_notebook import edges, graph_of, text


@pytest.mark.parametrize(
    "code",
    [
        "a is b",
        "a is not b",
        "a is b is c",
        "None is not a is b",
        "rows[0] is a",
        "row.key is a",
        "f() is a",
        "a is MISSING",
        "id(a)",
        "def same(x, y):\n    return x is y",
    ],
)
def test_which_object_a_value_is_matters(code: str) -> None:
    assert looks_at_identity(ast.parse(code).body)


@pytest.mark.parametrize(
    "code",
    [
        "a is None",
        "a is not True",
        "None is a",
        "type(a) is int",
        "type(a) is type(b)",
        "kind is str",
        "kind is Model",
        "kind is models.Model",
        "a is np.nan",
        "a == b",
        "m.id(a)",
        "a in b",
    ],
)
def test_which_object_a_value_is_does_not_matter(code: str) -> None:
    assert not looks_at_identity(ast.parse(code).body)


@pytest.mark.parametrize("value", ["'some text'", "1000", "(1, 2)", "2 * 1.5", "str(5)"])
def test_names_of_one_value_come_from_one_step_where_it_matters(value: str) -> None:
    cells = [f"%%step a\na = {value}", "%%step b\nb = a"]
    assert edges(graph_of(*cells, "%%step c\nprint(a is b)")) == {"a>b:a", "b>c:a", "b>c:b"}
    assert edges(graph_of(*cells, "%%step c\nprint(a == b)")) == {"a>b:a", "a>c:a", "b>c:b"}


def test_what_is_equal_to_nothing_matters_always() -> None:
    cells = ["%%step a\na = float('nan')", "%%step b\nb = [a]", "%%step c\nprint(a in b)"]
    assert edges(graph_of(*cells)) == {"a>b:a", "b>c:a", "b>c:b"}
    one = [cells[0].replace("nan", "1"), *cells[1:]]
    assert edges(graph_of(*one)) == {"a>b:a", "a>c:a", "b>c:b"}


def test_a_name_that_is_deleted_shares_nothing() -> None:
    cells = ["%%step a\na = 1000", "%%step b\nb = a\ndel a", "%%step c\na = 5\nprint(a is b)"]
    assert edges(graph_of(*cells)) == {"a>b:a", "b>c:b"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import weakref", True),
        ("import os, weakref", True),
        ("from weakref import ref", True),
        ("def f():\n    import weakref", True),
        ("import os", False),
        ("from os import weakref", False),
    ],
)
def test_whether_there_are_weak_references(code: str, *, expected: bool) -> None:
    assert refers_weakly(ast.parse(code).body) is expected


_WEAK = ["import weakref\nclass T:\n    pass", "%%step a\nt = T()\nu = T()\nr = weakref.ref(t)"]


@pytest.mark.parametrize(
    "loses", ["del t", "t = 1", "t = u", "for t in 'ab':\n    pass", "if u:\n    del t", "if u:\n    t = 1"]
)
def test_who_refers_weakly_may_lose_the_object_when_a_name_goes(loses: str) -> None:
    graph = graph_of(*_WEAK, f"%%step b\n{loses}", "%%step c\nprint(r())")
    assert {"a>b:r", "a>b:t", "b>c:r"} <= edges(graph)


@pytest.mark.parametrize("loses", ["u = 1", "del u", "v = 1", "v = t"])
def test_a_name_of_another_object_may_go(loses: str) -> None:
    graph = graph_of(*_WEAK, f"%%step b\n{loses}", "%%step c\nprint(r())")
    assert not {"a>b:t", "b>c:r"} <= edges(graph) or loses == "v = t"


def test_a_class_that_shares_with_the_object_stays_as_it_is() -> None:
    cells = ["import weakref\nrows = []\nclass T:\n    all = rows", "%%step a\nr = weakref.ref(T)"]
    assert "class T" in text(graph_of(*cells, "%%step b\nrows = []", "%%step c\nprint(T.all)"), "c")


def test_a_list_of_its_objects_is_the_same_without_their_names_where_nothing_is_weak() -> None:
    graph = graph_of("%%step a\nt = []\nr = [t]", "%%step b\ndel t", "%%step c\nprint(r)")
    assert edges(graph) == {"a>b:t", "a>c:r"}
