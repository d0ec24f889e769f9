"""Values that stand in the source: what is folded, what is too large, what is a literal, what surely is plain."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from cellift.notebook.parameters.literals import (
    NotPlain,
    fold,
    gives_plain_value,
    is_immutable_literal,
    is_literal,
    is_plain_expression,
)

NAMES = {"n": 3, "t": "ab", "x": 1.5, "rows": [1]}


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        "-3",
        "not n",
        "~n",
        "n + 1",
        "n ** 2",
        "x ** 2",
        "2 ** 0.5",
        "7 // 2",
        "7 % 4",
        "'%d of %s' % (n, t)",
        "b'%d' % 5",
        "t * 3",
        "3 * t",
        "rows * 2",
        "2 * x",
        "[n, (t, None), {'k': [n]}]",
        "{t: n, n: t}",
        "f'{n:>5}|{t!r}|{t!s}|{t!a}|{x:.{n}f}|'",
        "f'é{t!a}é'",
    ],
)
def test_plain_expressions_have_the_value_that_python_gives(text: str) -> None:
    expected = eval(text, dict(NAMES))
    found = fold(expression(text), NAMES)
    assert (found, type(found)) == (expected, type(expected))


def test_text_that_is_not_ascii_is_written_as_python_writes_it() -> None:
    assert fold(expression("f'{w!a}{w!r}{w!s}'"), {"w": "é"}) == "'\\xe9''é'é"


@pytest.mark.parametrize(
    "text",
    [
        "missing",
        "f(1)",
        "n.real",
        "rows[0]",
        "{1}",
        "{**d}",
        "n if t else x",
        "n @ n",
        "1 / 0",
        "t - 1",
        "10 ** 1001",
        "2 ** -1001",
        "(10 ** 7) ** 2",
        "t ** 2",
        "t * 1000000",
        "1000000 * t",
        "rows * 2000000",
        "-2000000 * t",
        "'%9999999d' % n",
        "'%*d' % (n, n)",
        "b'%9999999d' % n",
        "f'{n:9999999}'",
        "f'{n:{9999999}}'",
        "('a' * 999999 + 'bc')",
        "f\"{'a' * 999999}{t}\"",
        "([0] * 999999 + [1, 2])",
    ],
)
def test_what_is_not_plain_or_too_large_is_not_folded(text: str) -> None:
    with pytest.raises(NotPlain):
        fold(expression(text), NAMES)


KINDS: list[tuple[str, bool, bool, bool, bool]] = [
    # text, immutable literal, literal, plain expression, surely gives a plain value
    ("1", True, True, True, True),
    ("-1", True, True, True, True),
    ("1 + 2", True, True, True, True),
    ("(1, 'a', None)", True, True, True, True),
    ("(1, [2])", False, True, False, False),
    ("[1, -2]", False, True, False, False),
    ("{1, 2}", False, True, False, False),
    ("{'a': [1]}", False, True, False, False),
    ("{**a}", False, False, False, False),
    ("{a: 1}", False, False, False, False),
    ("{'a': b}", False, False, False, False),
    ("[a]", False, False, False, False),
    ("a", False, False, True, False),
    ("-a", False, False, True, False),
    ("a + 1", False, False, True, False),
    ("1 + a", False, False, True, False),
    ("a < b and c", False, False, True, False),
    ("1 and 'a'", False, False, True, True),
    ("1 and a", False, False, True, False),
    ("1 if a else 2", False, False, True, True),
    ("1 if a else a", False, False, True, False),
    ("a if a else 1", False, False, True, False),
    ("f'{a}'", False, False, True, True),
    ("f'{a:{b}}'", False, False, True, True),
    ("f'{a()}'", False, False, False, True),
    ("f'{a:{b()}}'", False, False, False, True),
    ("(a, b)", False, False, True, False),
    ("(a, b())", False, False, False, False),
    ("a()", False, False, False, False),
    ("len(a)", False, False, False, True),
    ("a.len()", False, False, False, False),
    ("a.b", False, False, False, False),
    ("a[0]", False, False, False, False),
    ("lambda: 1", False, False, False, False),
]


@pytest.mark.parametrize(("text", "immutable", "literal", "plain", "surely"), KINDS, ids=[each[0] for each in KINDS])
def test_kinds_of_expressions(text: str, immutable: bool, literal: bool, plain: bool, surely: bool) -> None:
    node = expression(text)
    found: Any = (is_immutable_literal(node), is_literal(node), is_plain_expression(node), gives_plain_value(node))
    assert found == (immutable, literal, plain, surely)
