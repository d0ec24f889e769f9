"""``docs/storage.md`` says of every store what its `Subject` declares."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from storage.hostile import KEYS
from storage.subjects import DIFFERENCES, OPENERS, Subject

PAGE = Path(__file__).parents[2] / "docs" / "storage.md"


def table(first: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has this title, by the titles of its columns."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in takewhile(_is_row, lines[start:])]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def _is_row(line: str) -> bool:
    return line.startswith("|")


def test_the_page_has_the_differences_of_the_store(subject: Subject) -> None:
    assert subject.differences <= DIFFERENCES.keys()
    for row in table("difference"):
        name, _, text = row["difference"].strip("`").partition("`: ")
        assert text == DIFFERENCES[name]
        assert (row[subject.name] == "yes") == (name in subject.differences)


def test_the_page_has_the_keys_that_the_store_refuses(subject: Subject) -> None:
    assert subject.refused <= KEYS.keys()
    assert {row["key"] for row in table("key") if row[subject.name] == "refused"} == subject.refused
    assert {row["key"] for row in table("key") if row[subject.name] == "fails"} == subject.failing
    assert {row["key"] for row in table("key") if row[subject.name] == "listed otherwise"} == subject.garbled


def test_the_page_names_every_difference_and_every_store() -> None:
    assert len(table("difference")) == len(DIFFERENCES)
    for first in ("difference", "key"):
        assert set(table(first)[0]) == {first, *OPENERS}
