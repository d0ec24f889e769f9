"""Which names' objects an expression may be, hold, or be a part of."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.scopes.sharing import shared_names


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
        ("{a: b}", "b"),
        ("a if b else c", "a c"),
        ("a or b and c", "a b c"),
        ("[x for x in a]", "a"),
        ("{x for x in a}", "a"),
        ("(x for x in a)", "a"),
        ("{x: y for x, y in a}", "a"),
        ("[b for x in a]", "b a"),
        ("[1 for x in a]", ""),
        ("{x: 1 for x in a}", ""),
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
