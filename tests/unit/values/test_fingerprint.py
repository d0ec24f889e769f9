"""A fingerprint tells whether a group of values that was read would be written otherwise now."""

from __future__ import annotations

import collections
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values
from cellift.values import fingerprint as module
from cellift.values.fingerprint import Fingerprint


class Thing:
    def __init__(self) -> None:
        self.parts: dict[str, Any] = {"a": [1]}


BIG = 100_000


def read(folder: Path, **written: Any) -> tuple[dict[str, Any], Fingerprint]:
    values.write(folder, written)
    reader = values.Reader(folder)
    first = next(iter(written))
    group = reader.group(first)
    return group, Fingerprint(group, reader.regions(first))


def frame() -> pd.DataFrame:
    return pd.DataFrame({"n": np.arange(BIG), "f": np.arange(BIG) / 2, "s": ["x"] * BIG})


class Labelled(np.ndarray):
    label = ""


def labelled() -> Any:
    made: Any = np.arange(3).view(Labelled)
    made.label, made.notes = "a", ["a"]
    return made


CHANGES = [
    ([1, [2]], "x[1].append(3)"),
    ({"a": 1}, "x.update(a=2)"),
    ({1, 2}, "x.add(3)"),
    (Thing(), "x.parts['a'].append(2)"),
    (Thing(), "x.new = 1"),
    (bytearray(b"ab"), "x.extend(b'c')"),
    (collections.defaultdict(list), "x['read']"),
    (iter([1, 2]), "next(x)"),
    (np.random.default_rng(1), "x.random()"),
    (np.arange(3), "x.sort(); x[:] = x[::-1].copy()"),
    (np.arange(BIG), "x[5] = -1"),
    (np.arange(BIG), "x[-1] += 1"),
    (np.arange(BIG), "x.resize((10, BIG // 10), refcheck=False)"),
    (np.arange(BIG), "x.flags.writeable = False"),
    ({"a": np.arange(BIG)}, "x['a'][0] = 7"),
    ({"a": np.arange(BIG)}, "x['a'] = x['a'] + 1"),
    ([np.array(["a", None], dtype=object)], "x[0][1] = 'b'"),
    (labelled(), "x.notes.append('b')"),
    (labelled(), "x.label = 'b'"),
    (np.ma.masked_array([1, 2], [0, 1]), "x.mask[0] = True"),
    (frame(), "x.loc[7, 'n'] = -1"),
    (frame(), "x['new'] = 1"),
    (frame(), "x.attrs['k'] = 1"),
    (frame(), "x.index.name = 'i'"),
    (frame(), "x.columns = ['a', 'b', 'c']"),
    (frame()["f"], "x.iloc[3] = 99.0"),
]


@pytest.mark.parametrize(("value", "change"), CHANGES, ids=[change for _, change in CHANGES])
def test_a_change_in_place_differs(tmp_path: Path, value: Any, change: str) -> None:
    group, before = read(tmp_path, x=value, other=[value])
    exec(change, {"x": group["x"], "BIG": BIG})
    assert before.differs(group)


READS = [
    ([1, [2]], "sorted(x[1]); x[0]; len(x)"),
    ({"a": 1}, "x.get('b'); list(x)"),
    (Thing(), "repr(x); x.parts['a'][0]"),
    (np.arange(BIG), "x.sum(); x + 1; np.sort(x); x.reshape(10, -1); x[5] = x[5]"),
    ({"a": np.arange(BIG)}, "x['a'].mean()"),
    (frame(), "x.describe(); x.values; x.groupby('s').sum(); x.sort_values('f'); x.to_numpy(); x.n; x.iloc[3]; x.T"),
    (pd.concat([frame(), frame()[["n"]].add_suffix("2")], axis=1), "x.values; x.copy(); x.sum(numeric_only=True)"),
    (pd.DataFrame(np.zeros((BIG, 3)), columns=list("abc")), "seen = x['b']; x.loc[7, 'b'] = 0.0"),
    (frame()["f"], "x.mean(); x.value_counts(); x[x > 3]"),
]


@pytest.mark.parametrize(("value", "look"), READS, ids=[look for _, look in READS])
def test_reading_does_not_differ(tmp_path: Path, value: Any, look: str) -> None:
    group, before = read(tmp_path, x=value)
    exec(look, {"x": group["x"], "np": np})
    assert not before.differs(group)


def test_a_weak_reference_differs_when_it_is_of_something_else() -> None:
    one, two = Thing(), Thing()
    group = {"x": weakref.ref(one)}
    before = Fingerprint(group, [])
    assert not before.differs(group)
    assert before.differs({"x": weakref.ref(two)})


def test_the_other_name_of_a_changed_object_differs(tmp_path: Path) -> None:
    shared = [1]
    group, before = read(tmp_path, x=shared, y={"k": shared})
    group["y"]["k"].append(2)
    assert before.differs({"x": group["x"]}) is True


def test_the_bytes_of_a_mapped_array_are_not_read_when_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, before = read(tmp_path, x=np.arange(BIG))
    digests: list[Any] = []
    real = module._digest
    monkeypatch.setattr(module, "_digest", lambda array: digests.append(array) or real(array))  # type: ignore[func-returns-value]
    # The file was written just now, so its pages are dirty in the cache of the system.
    group["x"].sum()
    assert not before.differs(group)
    assert digests == []
    group["x"][0] = 5
    assert before.differs(group)
    assert digests


def test_without_word_from_the_operating_system_the_bytes_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "clean", lambda regions: set())
    group, before = read(tmp_path, x=np.arange(BIG))
    assert not before.differs(group)
    group["x"][BIG // 2] = 5
    assert before.differs(group)


def test_what_cannot_be_written_any_more_differs(tmp_path: Path) -> None:
    group, before = read(tmp_path, x=[1])
    group["x"].append(open(tmp_path / "index.json"))  # noqa: SIM115, PTH123
    assert before.differs(group)
    group["x"].pop().close()


def test_an_array_that_was_put_in_the_place_of_an_equal_one_does_not_differ(tmp_path: Path) -> None:
    group, before = read(tmp_path, x={"a": np.arange(BIG)})
    group["x"]["a"] = group["x"]["a"].copy()
    assert not before.differs(group)
