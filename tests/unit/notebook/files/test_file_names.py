"""Which steps use file names that may be one file."""

from __future__ import annotations

import pytest

from cellift.notebook.files import names as file_names
from cellift.notebook.files.names import FileNames


def users(**names: list[str]) -> FileNames:
    found = FileNames()
    for owner, used in names.items():
        for name in used:
            found.add(name, int(owner[1:]))
    return found


def test_a_plain_name_means_itself_and_what_a_pattern_may_be() -> None:
    files = users(s1=["a.csv"], s2=["b.csv"], s3=["*.csv", "b.csv"], s4=["*.txt"])
    assert files.may_mean("a.csv") == {1, 3}
    assert files.may_mean("c.csv") == {3}
    assert files.of("a.csv", "*.txt", "none") == {1, 4}


def test_a_pattern_means_every_name_that_it_may_be() -> None:
    files = users(s1=["a.csv"], s2=["b.txt"], s3=["part_*"])
    assert files.may_mean("*") == {1, 2, 3}
    assert files.may_mean("*.csv") == {1, 3}


def test_thousands_of_plain_names_are_not_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    files = users(**{f"s{number}": [f"{number}.csv"] for number in range(2000)}, s2000=["*.txt"])
    calls: list[str] = []
    real = file_names.overlap
    monkeypatch.setattr(file_names, "overlap", lambda one, other: calls.append(one) or real(one, other))
    for number in range(2000):
        assert files.may_mean(f"{number}.csv") == {number}
        files.may_mean(f"{number}.csv")
    assert 2000 <= len(calls) <= 2 * 2000
