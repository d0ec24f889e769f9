"""Which file an expression names."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.files.paths import Paths, folders, last_part, overlap

CONTEXT = (
    "base = 'out'\nfrom pathlib import Path\nroot = Path('data')\nfor n in ['a.csv', 'b.csv']: pass\nh = open('x')"
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a/b.csv'", {"a/b.csv"}),
        ("f'{base}/x_{i}.csv'", {"out/x_*.csv"}),
        ("base + '.txt'", {"out.txt"}),
        ("'%s_%d.txt' % (a, b)", {"*_*.txt"}),
        ("'{}.txt'.format(a)", {"*.txt"}),
        ("root / 'x.csv'", {"data/x.csv"}),
        ("Path(base, 'x')", {"out/x"}),
        ("os.path.join(base, name)", {"out/*"}),
        ("root.joinpath('x.csv')", {"data/x.csv"}),
        ("str(root / 'x.csv')", {"data/x.csv"}),
        ("(root / 'x.csv').with_suffix('.txt')", {"data/x.txt"}),
        ("n", {"a.csv", "b.csv"}),
        ("'a' if base else 'b'", {"a", "b"}),
        ("unknown", {"*"}),
        ("h", set()),
        ("io.StringIO()", set()),
        ("'https://h/x.csv'", set()),
        ("tempfile.mkdtemp()", set()),
        ("3", set()),
    ],
)
def test_patterns_of_an_expression(expression: str, expected: set[str]) -> None:
    paths = Paths(ast.parse(CONTEXT).body)
    assert paths.named(ast.parse(expression, mode="eval").body, {}) == expected


def test_a_name_that_grows_in_place_is_not_known() -> None:
    paths = Paths(ast.parse("p = 'a'\np += input()").body)
    assert paths.named(ast.parse("p", mode="eval").body, {}) == {"*"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a.csv", "a.csv", True),
        ("a.csv", "b.csv", False),
        ("*", "b.csv", True),
        ("part_*.txt", "part_1.txt", True),
        ("part_*.txt", "other.txt", False),
        ("part_1.txt", "part_*.csv", False),
        ("a_*.txt", "*_b.txt", True),
        ("a_*.txt", "b_*.txt", False),
        ("*.csv", "*.txt", False),
    ],
)
def test_names_that_may_mean_one_file(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


def test_a_path_is_its_last_part_and_its_folders() -> None:
    assert last_part("a/b/c.csv") == "c.csv"
    assert last_part("./") == "*"
    assert last_part("x?[ab].txt") == "x**.txt"
    assert folders("./a/b/../c.csv") == {"a", "b"}
