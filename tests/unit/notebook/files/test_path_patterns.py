"""What files an expression may name, as patterns, and whether two patterns may mean one file."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.files.names import ANY
from cellift.notebook.files.paths import Paths, folders, last_part, overlap


def named(source: str) -> set[str]:
    """Of the expression at the end."""
    body = ast.parse(source).body
    assert isinstance(body[-1], ast.Expr)
    return Paths(body).named(body[-1].value, {})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a.csv'", {"a.csv"}),
        ("b'a.csv'", {"a.csv"}),
        ("r'a\\b.csv'", {"a/b.csv"}),
        ("'s3://a/b'", set()),
        ("5", set()),
        ("p = 'a'\np", {"a"}),
        ("p = 'a'\np = 'b'\np", {"a", "b"}),
        ("p: str = 'a'\np", {"a"}),
        ("p: str\np", {ANY}),
        ("print(p := 'a')\np", {"a"}),
        ("p = 'a'\np += x\np", {ANY}),
        ("for p in ['a', 'b']: pass\np", {"a", "b"}),
        ("for p in x: pass\np", {ANY}),
        ("with Path('a') as p: pass\np", {"a"}),
        ("with lock: pass\n'a'", {"a"}),
        ("p, q = 'a', 'b'\nq", {"b"}),
        ("p, q = pair\nq = 'b'\nq", {ANY}),
        ("(p, q), r = pair, 'b'\np = 'b'\np", {ANY}),
        ("f'a{n}.csv'", {f"a{ANY}.csv"}),
        ("n = 'x'\nf'a{n}.csv'", {"ax.csv"}),
        ("f'http://{n}'", set()),
        ("'a' if x else 'b'", {"a", "b"}),
        ("await named('a')", {ANY}),
        ("async def f(): pass\n(await 'a')", {"a"}),
        ("Path('d') / 'a'", {"d/a"}),
        ("x / 'a'", {f"{ANY}/a"}),
        ("'a' + '.csv'", {"a.csv"}),
        ("'a%d' % 5", {f"a{ANY}"}),
        ("'a' * 2", {ANY}),
        ("'a{}'.format(5)", {f"a{ANY}"}),
        ("os.path.join('d', 'a')", {"d/a"}),
        ("Path('d').joinpath('a')", {"d/a"}),
        ("Path('d', 'a')", {"d/a"}),
        ("Path()", {"."}),
        ("Path.cwd() / 'a'", {"./a"}),
        ("Path('a').resolve()", {"a"}),
        ("Path('a.txt').with_suffix('.csv')", {"a.csv"}),
        ("open('a')", set()),
        ("unknown('a')", {ANY}),
        ("x.y", {ANY}),
        ("p = p2\np2 = p\np", {ANY}),
    ],
)
def test_what_an_expression_names(source: str, expected: set[str]) -> None:
    assert named(source) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (f"a{ANY}", "abc", True),
        (f"a{ANY}", "b", False),
        (f"{ANY}.csv", "a.csv", True),
        ("a.txt", f"{ANY}.csv", False),
        (f"a{ANY}.csv", f"ab{ANY}", True),
        (f"a{ANY}", f"b{ANY}", False),
        (f"{ANY}.txt", f"{ANY}.csv", False),
        (f"{ANY}.txt", f"a{ANY}t", True),
        (f"a{ANY}b", "a.b", True),
        (f"a.{ANY}", "axb", False),
        (f"a{ANY}b{ANY}c", "ac", False),
    ],
)
def test_two_patterns_may_mean_one_file(one: str, other: str, expected: bool) -> None:
    assert (overlap(one, other), overlap(other, one)) == (expected, expected)


def test_parts_of_a_pattern() -> None:
    assert [last_part(path) for path in ("d/a.csv", "d/", "..", "a[0-9]?.csv")] == [
        "a.csv",
        "d",
        ANY,
        f"a{ANY}{ANY}.csv",
    ]
    assert folders(f"../d/{ANY}x/e/a") == {"d", "e"}
