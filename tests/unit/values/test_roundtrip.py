"""Values come back exactly as they were."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import hashlib
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cellift import values
from cellift.values.hashed_file import file_digest


def back(folder: Path, value: Any) -> Any:
    values.write(folder, {"x": value})
    return values.Reader(folder)["x"]


class Colour(enum.Enum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: int


@dataclass
class Thing:
    a: int
    b: list


PLAIN = [
    None,
    True,
    0,
    -(2**70),
    "ä\ud800 \n",
    b"\0\xff",
    [1, [2, (3,)]],
    {1: "int key", "1": "text key", (1, 2): None, None: 0, False: "x"},
    {3, 1},
    frozenset({(1,)}),
    decimal.Decimal("0.10"),
    datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    collections.OrderedDict([("b", 1), ("a", 2)]),
    collections.Counter("aab"),
    Colour.RED,
    Point(1, 2),
    Thing(1, [2]),
    range(3),
    1j,
    Path("/a/b"),
    ValueError("message", 3),
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_python_values_are_equal_and_of_the_same_type(tmp_path: Path, value: Any):
    found = back(tmp_path, value)
    assert type(found) is type(value)
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "value", [math.nan, -0.0, math.inf, 5e-324, struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0123))[0]]
)
def test_floats_keep_every_bit(tmp_path: Path, value: float):
    assert struct.pack("<d", back(tmp_path, value)) == struct.pack("<d", value)


def test_order_of_a_dict_is_kept(tmp_path: Path):
    assert list(back(tmp_path, {"b": 1, "a": 2})) == ["b", "a"]


def test_value_that_contains_itself(tmp_path: Path):
    value: list[Any] = [1]
    value.append(value)
    found = back(tmp_path, value)
    assert found[1] is found


def test_enum_members_and_classes_keep_their_identity(tmp_path: Path):
    assert back(tmp_path, Colour.RED) is Colour.RED
    assert back(tmp_path, Point) is Point


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values)
def test_any_nested_value(tmp_path: Path, value: Any):
    assert repr(back(tmp_path, value)) == repr(value)


def test_data_frame_keeps_types_index_and_attributes(tmp_path: Path):
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["a", "b", "a"], ordered=True),
            "t": pd.date_range("2026-01-01", periods=3, tz="Europe/Berlin"),
            "i": pd.array([1, None, 3], dtype="Int64"),
            "f": [1.0, math.nan, -0.0],
        },
        index=pd.MultiIndex.from_tuples([(1, "a"), (1, "b"), (2, "a")], names=["n", "m"]),
    )
    frame.attrs["source"] = {"k": [1]}
    found = back(tmp_path, frame)
    pd.testing.assert_frame_equal(found, frame, check_exact=True)
    assert found.attrs == frame.attrs
    assert found.index.names == ["n", "m"]


def test_fitted_model_predicts_the_same(tmp_path: Path):
    from sklearn.datasets import load_wine
    from sklearn.ensemble import RandomForestClassifier

    data, target = load_wine(return_X_y=True)
    model = RandomForestClassifier(n_estimators=5, random_state=0).fit(data, target)
    assert (back(tmp_path, model).predict_proba(data) == model.predict_proba(data)).all()


def test_changing_what_was_read_does_not_change_the_file(tmp_path: Path):
    values.write(tmp_path, {"x": {"a": np.arange(100_000)}})
    values.Reader(tmp_path)["x"]["a"][:] = 0
    assert values.Reader(tmp_path)["x"]["a"].sum() == sum(range(100_000))


def test_nothing_at_all_can_be_written(tmp_path: Path):
    assert values.write(tmp_path, {})["names"] == {}
    assert list(values.Reader(tmp_path)) == []


def test_unknown_name_lists_the_known_ones(tmp_path: Path):
    values.write(tmp_path, {"accuracy": 1, "model": 2})
    with pytest.raises(KeyError, match=r"no value named 'acuracy' here; there are: accuracy, model"):
        values.Reader(tmp_path)["acuracy"]


def test_names_that_are_no_file_names(tmp_path: Path):
    names = {"größe": 1, "x": 2, "X": 3, "a" * 300: 4, "group-1": 5}
    index = values.write(tmp_path, names)
    reader = values.Reader(tmp_path)
    assert {name: reader[name] for name in reader} == names
    assert len({group["file"].lower() for group in index["groups"]}) == 5


def test_index_describes_every_name_and_group(tmp_path: Path):
    a = [1]
    index = values.write(tmp_path, {"a": a, "b": {"a": a}, "n": np.zeros(3)})
    assert index["names"]["a"]["group"] == index["names"]["b"]["group"] != index["names"]["n"]["group"]
    assert [group["names"] for group in index["groups"]] == [["a", "b"], ["n"]]
    assert [group["format"] for group in index["groups"]] == ["pickle", "npy"]
    for group in index["groups"]:
        path = tmp_path / group["file"]
        data = path.read_bytes()
        assert group["bytes"] == len(data)
        # Numbers are never executed: a sum that tells damage is enough, and is as fast as the write.
        plain = group["format"] == "npy"
        assert group["digest"] == (
            file_digest(str(tmp_path / group["file"]), "dot64")
            if plain
            else "sha256:" + hashlib.sha256(data).hexdigest()
        )


def test_same_values_give_the_same_files(tmp_path: Path):
    for folder in ("one", "two"):
        values.write(tmp_path / folder, {"x": {"a": [1, 2.5], "b": np.arange(10)}, "y": np.eye(3)})
    for name in ("x.pickle", "y.npy", "index.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
