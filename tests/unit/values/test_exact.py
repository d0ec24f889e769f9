"""Everything that can cross is the same afterwards, to the last bit; see :mod:`.exactly` for what is compared."""

from __future__ import annotations

import array
import collections
import contextvars
import dataclasses
import datetime
import functools
import io
import itertools
import mmap
import random
import re
import sys
import threading
import types
import zoneinfo
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values
from unit.values.exactly import differences


class OwnInit(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Slotted:
    x: int = 1


def caught() -> BaseException:
    try:
        try:
            raise ValueError("inner")
        except ValueError as error:
            raise OwnInit(3, "outer") from error
    except OwnInit as error:
        return error


def advanced(iterator: Any) -> Any:
    next(iterator)
    return iterator


class memmap:
    pass


def fixed() -> Any:
    made = np.arange(5)
    made.flags.writeable = False
    return made


def half_read() -> io.StringIO:
    stream = io.StringIO("one\ntwo")
    stream.readline()
    return stream


GRID = np.arange(24.0).reshape(4, 6)

MAKERS: dict[str, Any] = {
    "nan with bits": lambda: np.array([0x7FF8000000000123], "u8").view("f8").item(),
    "minus zero": lambda: [-0.0, complex(-0.0, 0.0)],
    "columns with gaps": lambda: GRID[:, ::2],
    "rows backwards": lambda: GRID[::-1],
    "broadcast": lambda: np.broadcast_to(np.arange(3), (4, 3)),
    "read-only array": fixed,
    "read-only array in a list": lambda: [fixed()],
    "masked": lambda: np.ma.array([1, 2, 3], mask=[0, 1, 0], hard_mask=True, fill_value=9),
    "masked without a mask": lambda: np.ma.array([1, 2]),
    "big-endian": lambda: [np.arange(3, dtype=">i4")],
    "one number": lambda: [np.array(3.0), np.float32(1.5)],
    "records": lambda: np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    "structured": lambda: np.zeros(2, dtype=[("a", "i4"), ("b", "U3")]),
    "times": lambda: np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
    "matrix": lambda: np.matrix([[1]]),
    "objects": lambda: np.array([1, "a", None, [2]], dtype=object),
    "legacy generator": lambda: np.random.RandomState(3).get_state(),
    "random": lambda: random.Random(3).getstate(),
    "iterator": lambda: list(advanced(iter([1, 2, 3]))),
    "stream": half_read,
    "count": lambda: itertools.count(3),
    "reversed": lambda: list(reversed([1, 2])),
    "keys": {1: 2}.keys,
    "proxy": lambda: types.MappingProxyType({1: 2}),
    "namespace": lambda: types.SimpleNamespace(a=1),
    "memoryview": lambda: memoryview(b"abc").tobytes(),
    "array": lambda: array.array("d", [1, 2]),
    "deque": lambda: collections.deque([1], maxlen=3),
    "chain map": lambda: collections.ChainMap({1: 2}, {3: 4}),
    "fold": lambda: datetime.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
    "pattern": lambda: re.compile("a", re.IGNORECASE),
    "match": lambda: re.search("b(c)", "abcd"),
    "whole match": lambda: re.fullmatch("a|ab", "ab"),
    "matches": lambda: list(re.finditer("a.", "abacad")),
    "class by the name of a numpy class": memmap,
    "types": lambda: [type(None), types.FunctionType, type(...), dict],
    "cause": caught,
    "slots": lambda: Slotted(2),
    "partial": lambda: functools.partial(print, 1, end=""),
    "ufunc": lambda: [np.add, len],
    "surrogate": lambda: "\ud800",
    "large int": lambda: 10**3000,
    "categorical": lambda: pd.Series(pd.Categorical(["a", "b"], ordered=True)),
    "frequency": lambda: pd.date_range("2020", periods=3, freq="D", tz="UTC"),
    "levels": lambda: pd.MultiIndex.from_product([[1], [2, 3]], names=["a", "b"]),
    "no duplicates": lambda: pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False),
    "intervals": lambda: pd.interval_range(0, 3),
    "periods": lambda: pd.period_range("2020", periods=2, freq="M"),
    "nullable": lambda: pd.Series([1, None], dtype="Int64"),
    "texts": lambda: pd.Series(["a", None], dtype="string"),
    "sparse": lambda: pd.Series(pd.arrays.SparseArray([0, 1])),
    "missing": lambda: [pd.NaT, pd.NA],
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_value_is_the_same_to_the_last_bit(tmp_path: Path, make: Any):
    value = make()
    values.write(tmp_path, {"x": value})
    assert differences(value, values.Reader(tmp_path)["x"]) == []


def test_sentinels_are_the_objects_that_their_module_has(tmp_path: Path):
    values.write(tmp_path, {"x": [dataclasses.MISSING, dataclasses.KW_ONLY]})
    assert list(map(id, values.Reader(tmp_path)["x"])) == [id(dataclasses.MISSING), id(dataclasses.KW_ONLY)]


def test_view_of_all_of_an_array_shares_with_it(tmp_path: Path):
    grid = np.arange(6).reshape(2, 3)
    values.write(tmp_path, {"x": [grid, memoryview(grid)]})
    array, view = values.Reader(tmp_path)["x"]
    array[1, 2] = 50
    assert view.tolist() == [[0, 1, 2], [3, 4, 50]]


def test_match_in_what_was_changed_since_is_refused(tmp_path: Path):
    text = bytearray(b"xab")
    match = re.search(b"ab", text)
    text[:] = b"zzz"
    with pytest.raises(values.CannotCrossError, match="match of a scanner"):
        values.write(tmp_path, {"x": match})


def test_generator_goes_on_where_it_was(tmp_path: Path):
    made = np.random.default_rng(3)
    made.random(5)
    values.write(tmp_path, {"x": made})
    assert values.Reader(tmp_path)["x"].random(3).tolist() == made.random(3).tolist()


def test_view_with_gaps_of_a_large_array_takes_little_room_and_is_no_copy_free_reshape(tmp_path: Path):
    column = np.arange(1_000_000.0).reshape(1000, 1000)[:, 3]
    index = values.write(tmp_path, {"x": column})
    found = values.Reader(tmp_path)["x"]
    assert index["groups"][0]["bytes"] < 30_000
    assert found.tolist() == column.tolist()
    assert not found.flags.c_contiguous


def test_memory_map_is_of_the_same_file_again(tmp_path: Path):
    made = np.memmap(tmp_path / "data", dtype="f8", mode="w+", shape=(4,))
    values.write(tmp_path / "v", {"x": made, "part": made[2:]})
    reader = values.Reader(tmp_path / "v")
    reader["part"][0] = 5
    assert isinstance(reader["x"].base, mmap.mmap)
    assert reader["x"][2] == made[2] == 5


def test_list_that_is_nested_ten_thousand_times(tmp_path: Path):
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    try:
        values.write(tmp_path, {"x": value})
    except values.CannotCrossError as error:  # newer Pythons have a fixed limit
        assert "recursion" in str(error)
        assert sys.version_info >= (3, 12)
        return
    found, depth = values.Reader(tmp_path)["x"], 0
    while found:
        found, depth = found[0], depth + 1
    assert depth == 10_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: (n for n in ()),
        lambda: Path(__file__).open(),  # noqa: SIM115
        threading.Lock,
        threading.Event,
        contextvars.copy_context,
        lambda: map(str, (n for n in ())),
        lambda: types.ModuleType("made"),
    ],
)
def test_what_cannot_cross_names_the_member_and_the_step(tmp_path: Path, make: Any):
    with pytest.raises(values.CannotCrossError) as caught_error:
        values.write(tmp_path, {"model": types.SimpleNamespace(callbacks=[1, make()])})
    caught_error.value.needed_by("train")
    text = str(caught_error.value)
    assert caught_error.value.member.startswith("model.callbacks[1]")
    assert "cannot be passed to step train" in text
    assert "Create `model` in step train" in text
