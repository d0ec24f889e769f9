"""Arrays own, share and show the same memory again, and what is not equal to itself stays the same object."""

from __future__ import annotations

import array
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values


def crossed(folder: Path, **names: Any) -> dict[str, Any]:
    values.write(folder, names)
    reader = values.Reader(folder)
    return {name: reader[name] for name in names}


def test_an_array_owns_its_memory_again(tmp_path: Path) -> None:
    for name, made in {"a": np.arange(3), "b": [np.asfortranarray(np.ones((2, 3)))], "c": np.array(5)}.items():
        found = crossed(tmp_path / name, x=made)["x"]
        found = found[0] if isinstance(found, list) else found
        assert found.flags.owndata
        assert found.base is None


def test_a_view_has_its_base_again_under_whatever_name_it_comes_first(tmp_path: Path) -> None:
    base = np.arange(6)
    for order in ("ab", "ba"):
        made = {"a": base, "b": base[1:]} if order == "ab" else {"b": base[1:], "a": base}
        found = crossed(tmp_path / order, **made)
        assert found["b"].base is found["a"]
        assert found["a"].base is None


def test_a_small_hidden_base_comes_along_and_a_large_one_does_not(tmp_path: Path) -> None:
    assert list(crossed(tmp_path / "s", v=np.arange(9)[2:4])["v"].base) == list(range(9))
    index = values.write(tmp_path / "l", {"v": np.arange(1_000_000)[2:4]})
    assert index["names"]["v"]["bytes"] < 10_000
    assert values.Reader(tmp_path / "l")["v"].base is not None


@pytest.mark.parametrize("size", [9, 90_000])
def test_a_hidden_base_that_its_views_show_all_of_is_one_again_however_often_they_cross(
    tmp_path: Path, size: int
) -> None:
    base = np.arange(size)
    found: dict[str, Any] = {"left": base[: size // 2 + 1], "right": base[size // 2 :]}
    for step in "abc":
        found = crossed(tmp_path / step, **found)
        assert found["left"].base is found["right"].base
        assert isinstance(found["left"].base, np.ndarray)
        assert found["left"].base.tolist() == list(range(size))


def test_views_of_objects_share_and_hide_what_nobody_sees(tmp_path: Path) -> None:
    hidden = np.array([1, [2], open, "x"], dtype=object)
    hidden[2] = (each for each in ())  # cannot be written
    found = crossed(tmp_path, a=hidden[:2], b=hidden[1::-1])
    found["a"][0] = "new"
    assert found["b"][1] == "new"
    assert found["a"][1] is found["b"][0]


def test_fields_of_records_share(tmp_path: Path) -> None:
    whole = np.array([(1, [1]), (2, [2])], dtype=[("n", "i8"), ("o", "O")])
    found = crossed(tmp_path, whole=whole, n=whole["n"], o=whole["o"], one=whole[1])
    found["n"][0] = 7
    found["o"][1] = "o"
    assert found["whole"].tolist() == [(7, [1]), (2, "o")]
    found["one"]["n"] = 9
    assert found["whole"]["n"].tolist() == [7, 9]


def test_a_record_of_an_array_that_stays_behind(tmp_path: Path) -> None:
    whole = np.array([(1, 2.0), (3, 4.0)], dtype=[("n", "i8"), ("f", "f8")])
    one = crossed(tmp_path / "record", one=whole[1])["one"]
    assert (one.item(), one.dtype) == ((3, 4.0), whole.dtype)
    found = crossed(tmp_path / "with", one=whole[1], whole=whole)
    found["one"]["n"] = 9
    assert found["whole"]["n"].tolist() == [1, 9]
    assert crossed(tmp_path / "bytes", one=np.void(b"abc"))["one"].item() == b"abc"


def test_records_and_one_of_their_fields_share_what_both_show(tmp_path: Path) -> None:
    hidden = np.array([(1, [1]), (2, [2]), (3, [3])], dtype=[("n", "i8"), ("o", "O")])
    found = crossed(tmp_path, first=hidden[:2], o=hidden["o"][1:])
    found["o"][0] = "new"
    assert (found["first"].tolist(), found["o"].tolist()) == ([(1, [1]), (2, "new")], ["new", [3]])


def test_parts_of_records_with_objects_that_do_not_cross_are_refused(tmp_path: Path) -> None:
    whole = np.array([(1, [1]), (2, [2])], dtype=[("n", "i4"), ("o", "O")])
    # A field alone, as records that still have the room of the others, and objects that lie askew.
    for part, other in ((whole["n"], whole["o"]), (whole[["n"]], whole["o"]), (whole["o"][:1], whole["o"])):
        with pytest.raises(values.CannotCrossError, match="records with objects"):
            crossed(tmp_path, part=part, other=other)


@pytest.mark.usefixtures("copy_on_write")
def test_a_column_as_an_array_shares_with_its_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 3]})
    found = crossed(tmp_path, frame=frame, x=frame["x"].to_numpy(), y=frame["y"].to_numpy())
    found["frame"].loc[0, "x"] = 10
    assert found["x"].tolist() == [10, 2, 3]
    assert not found["x"].flags.writeable


@pytest.mark.usefixtures("copy_on_write")
def test_a_table_with_a_living_part_copies_before_it_writes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1, 2, 3]})
    part, arr = frame["x"], frame["x"].to_numpy()
    found = crossed(tmp_path / "all", frame=frame, part=part, arr=arr)
    found["frame"].loc[0, "x"] = 10
    assert (found["part"].tolist(), found["arr"].tolist()) == ([1, 2, 3], [1, 2, 3])
    found = crossed(tmp_path / "some", frame=frame, arr=arr)
    found["frame"].loc[0, "x"] = 10
    assert found["arr"].tolist() == [1, 2, 3]
    del part
    found = crossed(tmp_path / "none", frame=frame, arr=arr)
    found["frame"].loc[0, "x"] = 10
    assert found["arr"].tolist() == [10, 2, 3]


@pytest.mark.usefixtures("copy_on_write")
def test_a_series_and_the_index_made_of_it_stay_apart(tmp_path: Path) -> None:
    series = pd.Series([1.0, 2.0])
    found = crossed(tmp_path, both={"series": series, "index": pd.Index(series)})["both"]
    found["series"].iloc[0] = 9
    assert found["index"].tolist() == [1.0, 2.0]


def test_the_column_of_a_table_is_the_object_that_somebody_has(tmp_path: Path) -> None:
    series = pd.Series([1, None], dtype="Int64")
    found = crossed(tmp_path, series=series, column=series.array)
    found["column"][1] = 5
    assert found["series"].tolist() == [1, 5]
    assert found["series"].array is found["column"]


@pytest.mark.parametrize("owner", [bytearray(16), array.array("d", [1.0, 2.0])], ids=["bytearray", "array"])
def test_an_array_made_of_a_buffer_of_python_shares_with_it(tmp_path: Path, owner: Any) -> None:
    seen = np.frombuffer(owner)
    for name, more in {"alone": {}, "two": {"part": seen[1:]}}.items():
        found = crossed(tmp_path / name, owner=owner, seen=seen, view=memoryview(owner), **more)
        found["seen"][1] = 20.0
        assert memoryview(found["owner"]).cast("B").cast("d")[1] == 20.0
        assert found["view"].cast("B").cast("d")[1] == 20.0
        assert found.get("part", [20.0])[0] == 20.0


def test_a_view_of_a_file_that_has_no_name_changes_the_file(tmp_path: Path) -> None:
    made = np.asarray(np.memmap(tmp_path / "data", dtype="i8", mode="w+", shape=(4,)))
    crossed(tmp_path / "alone", x=made)["x"][1] = 5
    crossed(tmp_path / "two", x=made, y=made[2:])["y"][1] = 6
    assert np.fromfile(tmp_path / "data", dtype="i8").tolist() == [0, 5, 0, 6]


def test_rows_backwards_share_with_what_they_reach(tmp_path: Path) -> None:
    hidden = np.arange(1_000_000)
    found = crossed(tmp_path, back=hidden[20:10:-1], one=hidden[15:18])
    found["back"][5] = -1
    assert found["one"].tolist() == [-1, 16, 17]


def test_columns_of_an_array_in_the_order_of_fortran_share_with_it(tmp_path: Path) -> None:
    base = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    found = crossed(tmp_path, part=base[:, 1:], base=base)
    found["part"][1, 0] = 40
    assert (found["base"].tolist(), found["part"].base is found["base"]) == ([[0, 1, 2], [3, 40, 5]], True)


def test_views_with_gaps_of_a_large_hidden_array_share(tmp_path: Path) -> None:
    hidden = np.arange(1_000_000).reshape(1000, 1000)
    found = crossed(tmp_path, columns=hidden[:3, :20:2], rows=hidden[1:3, :20:2])
    found["rows"][0, 0] = -1
    assert found["columns"][1, 0] == -1


def test_an_empty_part_of_an_array_joins_nothing(tmp_path: Path) -> None:
    made = np.arange(6)
    groups = values.write(tmp_path, {"made": made, "empty": made[3:3]})["groups"]
    assert [group["names"] for group in groups] == [["made"], ["empty"]]


def test_parts_of_a_memoryview_look_at_the_same_bytes(tmp_path: Path) -> None:
    raw = bytearray(range(10))
    view = memoryview(raw)
    found = crossed(
        tmp_path, raw=raw, parts=[view[2:5], view[::3], view[::-1], view[:8].cast("i"), view[4:4], view[4:4:-1]]
    )
    parts = found["parts"]
    assert [part.tolist() for part in parts[:3]] == [[2, 3, 4], [0, 3, 6, 9], list(range(9, -1, -1))]
    assert (parts[3].tolist(), parts[4].tolist(), parts[5].tolist()) == (view[:8].cast("i").tolist(), [], [])
    found["raw"][3] = 99
    assert (parts[0][1], parts[1][1], parts[2][6]) == (99, 99, 99)


class Signal(np.ndarray):
    """An array with something more."""

    rate = None


def test_an_array_of_a_class_keeps_what_the_class_adds(tmp_path: Path) -> None:
    made = np.arange(4.0).view(Signal)
    made.rate = 8
    found = crossed(tmp_path, made=made, part=made[1:])
    assert (type(found["made"]), found["made"].rate, found["part"].base is found["made"]) == (Signal, 8, True)
    found["part"][0] = -1
    assert found["made"][1] == -1


def test_masked_arrays_and_matrices_share_their_data(tmp_path: Path) -> None:
    data = np.zeros((2, 2))
    found = crossed(tmp_path, data=data, masked=np.ma.array(data, copy=False), matrix=np.asmatrix(data))
    found["data"][0, 1] = 5
    assert (found["masked"][0, 1], found["matrix"][0, 1]) == (5, 5)


def test_a_read_only_array_can_be_made_writeable_where_it_could(tmp_path: Path) -> None:
    made = np.arange(3)
    made.flags.writeable = False
    for name, given in {"alone": made, "inside": [made]}.items():
        found = crossed(tmp_path / name, x=given)["x"]
        found = found[0] if isinstance(found, list) else found
        assert not found.flags.writeable
        found.flags.writeable = True


def test_nan_is_the_same_object_wherever_it_was(tmp_path: Path) -> None:
    nan, other = float("nan"), float("nan")
    found = crossed(tmp_path, nan=nan, all=[nan, other, {nan: 1}], module=(np.nan, np.array(["a", np.nan], object)))
    assert found["all"].index(found["nan"]) == 0
    assert found["all"][1] is not found["nan"]
    assert found["all"][2][found["nan"]] == 1
    theirs = np.nan
    assert found["nan"] is not theirs
    assert found["module"][0] is theirs
    assert found["module"][1][1] is theirs


def test_nan_of_numpy_is_the_same_object_wherever_it_was(tmp_path: Path) -> None:
    for name, nan in {"number": np.float64("nan"), "time": np.datetime64("NaT")}.items():
        found = crossed(tmp_path / name, nan=nan, all=[nan])
        assert found["all"].index(found["nan"]) == 0


def test_only_shared_nans_join_names(tmp_path: Path) -> None:
    groups = values.write(tmp_path, {"a": [float("nan"), np.nan], "b": [float("nan"), np.nan], "c": 1.5})["groups"]
    assert [group["names"] for group in groups] == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize("value", [(1, "two"), 10**30, 2.5, "a longer text", frozenset({1, 2})], ids=repr)
def test_one_immutable_object_under_two_names_is_one_again(tmp_path: Path, value: Any) -> None:
    found = crossed(tmp_path, a=value, b=value)
    assert found["a"] is found["b"]
    assert (found["a"], type(found["a"])) == (value, type(value))
