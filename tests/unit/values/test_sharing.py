"""Names that share mutable objects travel together and share them again; others travel alone."""

from __future__ import annotations

import contextlib
import enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values


def groups(folder: Path, names: dict[str, Any]) -> list[list[str]]:
    return [group["names"] for group in values.write(folder, names)["groups"]]


class Box:
    def __init__(self, content: Any) -> None:
        self.content = content


class Colour(enum.Enum):
    RED = 1


def test_alias_is_one_object_again(tmp_path: Path):
    a = [1]
    assert groups(tmp_path, {"a": a, "b": a}) == [["a", "b"]]
    reader = values.Reader(tmp_path)
    assert reader["a"] is reader["b"]


def test_alias_of_an_array_is_one_object_again(tmp_path: Path):
    a = np.zeros(10)
    assert groups(tmp_path, {"a": a, "b": a}) == [["a", "b"]]
    reader = values.Reader(tmp_path)
    assert reader["a"] is reader["b"]


def test_object_deep_inside_two_values_is_shared(tmp_path: Path):
    inner = {"k": 1}
    assert groups(tmp_path, {"a": Box([inner]), "b": (1, [Box(inner)])}) == [["a", "b"]]
    reader = values.Reader(tmp_path)
    reader["a"].content[0]["k"] = 2
    assert reader["b"][1][0].content["k"] == 2


def test_sharing_is_transitive(tmp_path: Path):
    x, y = [1], [2]
    assert groups(tmp_path, {"a": [x], "b": [x, y], "c": [y], "d": [3]}) == [["a", "b", "c"], ["d"]]


def test_immutable_things_join_nothing(tmp_path: Path):
    text, number, pair = "long text" * 10, 10**30, (1, ("a", 2.0))
    names = {"a": [text, number, pair, Colour.RED, int, len], "b": [text, number, pair, Colour.RED, int, len]}
    assert groups(tmp_path, names) == [["a"], ["b"]]


def test_tuple_with_a_list_inside_joins(tmp_path: Path):
    pair = (1, [2])
    assert groups(tmp_path, {"a": [pair], "b": [pair]}) == [["a", "b"]]


def test_dtype_of_two_arrays_joins_nothing(tmp_path: Path):
    assert groups(tmp_path, {"a": np.zeros(3), "b": np.zeros(3)}) == [["a"], ["b"]]


def test_view_of_an_array_shares_its_memory_again(tmp_path: Path):
    a = np.arange(100_000.0)
    assert groups(tmp_path, {"a": a, "v": a[10:20]}) == [["a", "v"]]
    reader = values.Reader(tmp_path)
    reader["v"][0] = -1
    assert reader["a"][10] == -1
    reader["a"][11] = -2
    assert reader["v"][1] == -2


def test_views_of_every_shape_share_again(tmp_path: Path):
    base = np.arange(24.0).reshape(4, 6)
    names = {
        "t": base.T,
        "r": base[::-1],
        "s": base[1:, ::2],
        "flat": base.reshape(-1),
        "u": base.view("u1"),
        "o": base,
    }
    assert len(groups(tmp_path, names)) == 1
    reader = values.Reader(tmp_path)
    for name, array in names.items():
        found = reader[name]
        assert (found.dtype, found.shape, found.strides) == (array.dtype, array.shape, array.strides), name
        np.testing.assert_array_equal(found, array)
    reader["o"][2, 2] = 99
    assert reader["t"][2, 2] == reader["r"][1, 2] == reader["s"][1, 1] == reader["flat"][14] == 99


def test_views_of_memory_that_does_not_cross_share_again(tmp_path: Path):
    hidden = np.arange(1_000_000.0)
    index = values.write(tmp_path, {"a": hidden[10:20], "b": hidden[15:25]})
    assert index["groups"][0]["bytes"] < 10_000
    reader = values.Reader(tmp_path)
    reader["a"][5] = -1
    assert reader["b"][0] == -1


def test_halves_of_one_array_travel_alone(tmp_path: Path):
    data = np.arange(100.0).reshape(10, 10)
    assert groups(tmp_path, {"train": data[:8], "test": data[8:]}) == [["train"], ["test"]]


def test_view_inside_a_dict_shares_again(tmp_path: Path):
    a = np.arange(10.0)
    groups(tmp_path, {"d": {"a": a, "v": a[1:]}})
    found = values.Reader(tmp_path)["d"]
    found["v"][0] = -1
    assert found["a"][1] == -1


def test_array_of_a_model_and_the_array_itself_share(tmp_path: Path):
    weights = np.zeros(5)
    assert groups(tmp_path, {"weights": weights, "model": Box({"w": weights})}) == [["weights", "model"]]
    reader = values.Reader(tmp_path)
    reader["weights"][0] = 5
    assert reader["model"].content["w"][0] == 5


@pytest.mark.parametrize("copies_on_write", [True, False])
def test_write_to_a_column_reaches_its_frame_as_in_the_notebook(tmp_path: Path, copies_on_write: bool):
    # From pandas 3 on the option does nothing: a column is always a copy for those who write.
    old = pd.__version__.startswith("2.")
    with pd.option_context("mode.copy_on_write", copies_on_write) if old else contextlib.nullcontext():
        frame = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})
        column = frame["x"]
        values.write(tmp_path, {"frame": frame, "column": column})
        reader = values.Reader(tmp_path)
        reader["column"].iloc[0] = 99
        column.iloc[0] = 99
        pd.testing.assert_frame_equal(reader["frame"], frame)


@pytest.mark.usefixtures("copy_on_write")
def test_tables_that_share_a_column_lazily_stay_independent(tmp_path: Path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "s": ["x", "y"]})
    names = {"d": {"one": frame, "two": frame.rename(columns={"a": "z"}), "same": frame, "column": frame["s"]}}
    values.write(tmp_path, names)
    found = values.Reader(tmp_path)["d"]
    assert found["same"] is found["one"]
    found["two"].loc[0, "s"] = "changed"
    found["two"].iloc[0, 0] = 99
    found["column"].iloc[1] = "changed"
    pd.testing.assert_frame_equal(found["one"], frame)


def test_parts_of_a_split_table_travel_alone(tmp_path: Path):
    from sklearn.model_selection import train_test_split

    frame = pd.DataFrame({"a": range(10), "s": list("abcdefghij")})
    train, test = train_test_split(frame, random_state=0)
    # In pandas 2 both have one object with the names of the columns, whose own name can be set for both.
    alone = [["train"], ["test"]] if train.columns is not test.columns else [["train", "test"]]
    assert groups(tmp_path, {"train": train, "test": test}) == alone


def test_index_under_two_names_is_one_object_again(tmp_path: Path):
    index = pd.Index([1, 2], name="n")
    assert groups(tmp_path, {"one": index, "two": {"index": index}}) == [["one", "two"]]
    reader = values.Reader(tmp_path)
    reader["one"].name = "changed"
    assert reader["two"]["index"].name == "changed"


def test_unrelated_tables_and_models_travel_alone(tmp_path: Path):
    from sklearn.svm import SVC

    times = pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin")
    names = {
        "one": pd.DataFrame({"t": times, "c": pd.Categorical(["a", "b"]), "s": ["x", "y"]}),
        "two": pd.DataFrame({"t": times.copy(), "c": pd.Categorical(["a", "b"]), "s": ["x", "y"]}),
        "series": pd.Series([1, 2]),
        "svm": SVC(),
        "other": SVC(),
    }
    assert groups(tmp_path, names) == [[name] for name in names]


def test_lists_in_the_cells_of_two_frames_are_shared(tmp_path: Path):
    inner = [1]
    one, two = pd.DataFrame({"x": [inner]}), pd.DataFrame({"y": [inner]})
    assert groups(tmp_path, {"one": one, "two": two}) == [["one", "two"]]
    reader = values.Reader(tmp_path)
    reader["one"].loc[0, "x"].append(2)
    assert reader["two"].loc[0, "y"] == [1, 2]


def test_group_is_read_only_when_asked_for(tmp_path: Path):
    values.write(tmp_path, {"a": [1], "b": [2]})
    (tmp_path / "b.pickle").unlink()
    assert values.Reader(tmp_path)["a"] == [1]


def test_large_list_of_numbers_is_scanned_quickly(tmp_path: Path):
    import time

    numbers = {"a": list(range(1_000_000)), "b": 1}
    started = time.perf_counter()
    values.write(tmp_path, numbers)
    assert time.perf_counter() - started < 2


def test_object_in_an_array_of_objects_is_shared(tmp_path: Path):
    inner = [1]
    names = {
        "array": np.array([inner, None], dtype=object),
        "inner": inner,
        "texts": np.array(["a", "b"], dtype=object),
    }
    assert groups(tmp_path, names) == [["array", "inner"], ["texts"]]
    reader = values.Reader(tmp_path)
    assert reader["array"][0] is reader["inner"]
