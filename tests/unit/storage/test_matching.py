from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from cellift.storage.api import ObjectInfo
from cellift.storage.matching import Wanted, parse_age, parse_size

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0), ("64", 64), ("64B", 64), ("1k", 1000), ("1KB", 1000), ("1KiB", 1024), ("1Ki", 1024),
        ("1.5MB", 1_500_000), ("2 GiB", 2 << 30), ("1tb", 10**12), ("1PiB", 1 << 50),
    ],
)  # fmt: skip
def test_sizes_as_mc_reads_them(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "k", "-1", "1 parsec", "1,5", "KiB", "1kk"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30s", timedelta(seconds=30)), ("5m", timedelta(minutes=5)),
        ("7d10h31s", timedelta(days=7, hours=10, seconds=31)),
        ("2w", timedelta(days=14)), ("1y", timedelta(days=365)), ("1500ms", timedelta(seconds=1.5)),
    ],
)  # fmt: skip
def test_ages_as_mc_reads_them(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "7dx", "-1d", "1.5h"])
def test_what_is_no_age_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        parse_age(text)


@pytest.mark.parametrize(
    ("rules", "taken"),
    [
        ({}, True),
        ({"name": "*.csv"}, True),
        ({"name": "*.CSV"}, False),
        ({"name": "dir*"}, False),
        ({"path": "c/b/dir/*"}, True),
        ({"path": "dir/*"}, False),
        ({"regex": re.compile("dir/[a-z]+\\.csv$")}, True),
        ({"regex": re.compile("^dir")}, False),
        ({"larger": 99}, True),
        ({"larger": 100}, False),
        ({"smaller": 101}, True),
        ({"smaller": 100}, False),
        ({"older": timedelta(hours=1)}, True),
        ({"older": timedelta(hours=3)}, False),
        ({"newer": timedelta(hours=3)}, True),
        ({"newer": timedelta(hours=1)}, False),
        ({"name": "*.csv", "larger": 100}, False),
    ],
)
def test_an_object_is_taken_when_every_rule_holds(rules: dict[str, Any], taken: bool) -> None:
    info = ObjectInfo("dir/data.csv", 100, NOW - timedelta(hours=2))
    assert Wanted(**rules).takes(info, "c/b/dir/data.csv", NOW) is taken


def test_an_object_without_a_time_is_neither_old_nor_new() -> None:
    info = ObjectInfo("a", 1)
    assert Wanted().takes(info, "c/b/a", NOW)
    assert not Wanted(older=timedelta()).takes(info, "c/b/a", NOW)
    assert not Wanted(newer=timedelta(days=9999)).takes(info, "c/b/a", NOW)
