"""What is plain enough to be kept without being asked for, and how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift import values


class Text(str):
    __slots__ = ()


PLAIN = [
    True,
    0,
    -1.5,
    float("nan"),
    2j,
    "",
    "ä" * 512,
    "\ud800",
    2**8000,
    np.float32(0.5),
    np.bool_(True),
    np.str_("a"),
]
OTHER = [
    None,
    "ä" * 513,
    "a" * 1025,
    2**9000,
    b"a",
    Text("a"),
    [1],
    (1,),
    np.ones(3),
    np.array(1.0),
    np.str_("a" * 999),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain(value: Any) -> None:
    assert values.is_plain_value(value)


@pytest.mark.parametrize("value", [*OTHER, values.is_plain_value, np.void(b"a")], ids=lambda value: repr(value)[:20])
def test_not_plain(value: Any) -> None:
    assert not values.is_plain_value(value)


def test_kept_values_come_back_exactly_from_one_file(tmp_path: Path) -> None:
    kept = {f"v{number}": value for number, value in enumerate(PLAIN)}
    index = values.write(tmp_path, {"kept": [1]}, (), kept)
    reader = values.Reader(tmp_path)
    assert reader["kept"] == [1]
    for name, value in kept.items():
        assert type(reader[name]) is type(value)
        assert repr(reader[name]) == repr(value)
    assert [name for name, entry in index["names"].items() if entry.get("kept")] == list(kept)
    assert len(list(tmp_path.iterdir())) == 3


def test_nothing_kept_is_no_file(tmp_path: Path) -> None:
    values.write(tmp_path, {}, (), {})
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]
