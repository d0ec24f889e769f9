"""Which names' objects an expression may be, hold, or be a part of."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.scopes.sharing import shared_names
from unit.notebook.make_notebook import edges, graph_of


def names(text: str, *, changed: bool = False) -> str:
    return " ".join(node.id for node in shared_names(ast.parse(text, mode="eval").body, changed=changed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("a.b[0].c", "a"),
        ("(b := a)", "a"),
        ("[a, b]", "a b"),
        ("(a, *b)", "a b"),
        ("{a, b}", "a b"),
        ("{a: b}", "a b"),
        ("{**a}", "a"),
        ("a if b else c", "a c"),
        ("a or b and c", "a b c"),
        ("[x for x in a]", "a"),
        ("{x for x in a}", "a"),
        ("(x for x in a)", "a"),
        ("{x: y for x, y in a}", "a a"),
        ("[b for x in a]", "b a"),
        ("[1 for x in a]", ""),
        ("{x: 1 for x in a}", "a"),
        ("{(x, y): 1 for x, y in a.items()}", "a"),
        ("{x: 1 for x, y in a}", "a"),
        ("{x: 1 for x, y in a.items()}", ""),
        ("{y: 1 for x, y in a.items()}", "a"),
        ("{i: 1 for i, y in enumerate(a)}", ""),
        ("{i: 1 for i, y in a.iterrows()}", ""),
        ("{i: 1 for (i, j), y in a.items()}", "a"),
        ("{pair: 1 for pair in a.items()}", "a"),
        ("{1: 1 for x in a}", ""),
        ("dict.fromkeys(a)", "a"),
        ("weakref.ref(a)", "a"),
        ("proxy(a)", "a"),
        ("Box(a, part=b)", "a b"),
        ("make(a)", ""),
        ("list(a)", "a"),
        ("a.get('k')", "a"),
        ("a.mean()", ""),
        ("a + b", ""),
        ("-a", ""),
        ("f'{a}'", ""),
        ("1", ""),
        ("lambda: a", ""),
    ],
)
def test_what_the_value_may_share(text: str, expected: str) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a.layer(1)", "a"), ("a.layer(1).weights", "a"), ("a.copy()", ""), ("make(a)", "")]
)
def test_a_method_that_is_not_known_may_give_a_part_of_its_object(text: str, expected: str) -> None:
    assert (names(text), names(text, changed=True)) == ("", expected)


def test_nothing_shares_nothing() -> None:
    assert shared_names(None) == []


@pytest.mark.parametrize("put", ["    d['x'] = k", "    m = k\n    o = m\n    d[o] = 1", "    d.append(k)"])
def test_what_a_statement_binds_on_the_way_stands_for_its_sources(put: str) -> None:
    cells = ["from somewhere import load", "%%step a\nd = load()\nl = load()", f"%%step b\nfor k in l:\n{put}"]
    assert "c>e:d" in edges(graph_of(*cells, "%%step c\nl.append(1)", "%%step e\nprint(d)"))
