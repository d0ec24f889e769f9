"""Arrays keep type, order, shape and every bit; large ones are private maps of their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift import values


def write(folder: Path, value: Any) -> str:
    return values.write(folder, {"x": value})["groups"][0]["format"]


LARGE = np.arange(60_000.0).reshape(200, 300)

NPY = {
    "float": LARGE,
    "fortran": np.asfortranarray(LARGE),
    "zero-dimensional": np.array(2.5),
    "empty": np.zeros((0, 3)),
    "bool": np.array([True, False]),
    "big-endian": np.arange(40_000, dtype=">i8"),
    "half": np.arange(3, dtype="f2"),
    "complex": np.array([1 + 2j]),
    "times": np.array(["2026-01-01", "NaT"], dtype="M8[us]"),
    "nan": np.array([np.nan, -0.0]),
    "long double": np.array([1.1], dtype=np.longdouble),
    "contiguous view": LARGE[10:190],
    "transpose": LARGE.T,
}


@pytest.mark.parametrize("array", NPY.values(), ids=NPY.keys())
def test_plain_arrays_travel_as_npy(tmp_path: Path, array: np.ndarray):
    assert write(tmp_path, array) == "npy"
    found = values.Reader(tmp_path)["x"]
    assert type(found) is np.ndarray
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert (found.flags.c_contiguous, found.flags.f_contiguous) == (array.flags.c_contiguous, array.flags.f_contiguous)
    assert found.flags.writeable
    assert found.tobytes() == array.tobytes()
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), array)


OTHER = {
    "strided": LARGE[:, ::2],
    "structured": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    "objects": np.array([1, "a", None], dtype=object),
    "text": np.array(["a", "bc"]),
    "masked": np.ma.array([1.0, 2.0], mask=[False, True], fill_value=7),
    "record": np.rec.array([(1, 2.0)], names="a,b"),
    "dtype with metadata": np.zeros(2, dtype=np.dtype("f8", metadata={"unit": "m"})),
}


@pytest.mark.parametrize("array", OTHER.values(), ids=OTHER.keys())
def test_other_arrays_are_pickled(tmp_path: Path, array: Any):
    assert write(tmp_path, array) == "pickle"
    found = values.Reader(tmp_path)["x"]
    assert type(found) is type(array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert repr(found) == repr(array)


def test_memory_map_of_a_file_of_the_user_crosses(tmp_path: Path):
    np.save(tmp_path / "own.npy", LARGE)
    write(tmp_path / "values", np.load(tmp_path / "own.npy", mmap_mode="r"))
    np.testing.assert_array_equal(values.Reader(tmp_path / "values")["x"], LARGE)


def test_scalar_of_numpy_stays_one(tmp_path: Path):
    write(tmp_path, np.float32(1.5))
    assert type(values.Reader(tmp_path)["x"]) is np.float32


@pytest.mark.parametrize("array", [LARGE, np.array([1, "a"], dtype=object), np.zeros(0)], ids=["large", "o", "empty"])
def test_read_only_array_stays_read_only(tmp_path: Path, array: Any):
    array = array.copy()
    array.flags.writeable = False
    write(tmp_path, array)
    assert not values.Reader(tmp_path)["x"].flags.writeable


@pytest.mark.parametrize("kind", [np.ndarray, np.recarray])
@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_records_with_rows_of_objects(tmp_path: Path, kind: Any, shape: tuple[int, ...]):
    inner = [("x", "i4"), ("y", "O", (2,))]
    array = np.zeros(shape, dtype=[("n", "i8"), ("o", "O", (2, 1)), ("m", "O"), ("in", inner)]).view(kind)
    array["o"], array["m"], array["in"]["y"] = "a", "b", "c"
    array["n"] = np.arange(array.size).reshape(shape)
    values.write(tmp_path, {"x": array, "part": array["o"]})
    found = values.Reader(tmp_path)
    assert (type(found["x"]), found["x"].dtype, repr(found["x"])) == (type(array), array.dtype, repr(array))
    found["part"][...] = "new"
    assert "new" in repr(found["x"])


def test_large_array_is_a_map_and_small_one_is_not(tmp_path: Path):
    import mmap

    def bottom(array: Any) -> Any:
        while isinstance(getattr(array, "base", None), np.ndarray):
            array = array.base
        return array.base

    values.write(tmp_path, {"large": LARGE, "small": np.zeros(10)})
    reader = values.Reader(tmp_path)
    assert isinstance(bottom(reader["large"]), mmap.mmap)
    assert bottom(reader["small"]) is None


def test_writing_to_a_mapped_array_leaves_the_file(tmp_path: Path):
    write(tmp_path, LARGE)
    before = (tmp_path / "x.npy").read_bytes()
    values.Reader(tmp_path)["x"][:] = 0
    assert (tmp_path / "x.npy").read_bytes() == before


def test_array_is_written_without_a_copy_of_it(tmp_path: Path):
    import tracemalloc

    array = np.ones(8_000_000)
    tracemalloc.start()
    values.write(tmp_path, {"x": array, "model": {"weights": np.ones(4_000_000)}})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - 32_000_000 < 4_000_000
