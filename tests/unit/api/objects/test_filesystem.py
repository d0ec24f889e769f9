"""``cellift://`` in fsspec, and so in pandas."""

from __future__ import annotations

from typing import Any

import fsspec
import pandas
import pytest

from cellift.api import Data


@pytest.fixture
def files(wine: Data) -> Any:
    for key in ("a/1.csv", "a/b/2.csv", "n"):
        (wine / key).write_text(key)
    return fsspec.filesystem("cellift")


def test_pandas_reads_and_writes_cellift_uris(wine: Data) -> None:
    frame = pandas.DataFrame({"x": [1, 2]})
    frame.to_csv("cellift://local/wine/t.csv", index=False)
    frame.to_parquet("cellift://local/wine/t.parquet")
    assert pandas.read_csv("cellift://local/wine/t.csv").equals(frame)
    assert pandas.read_parquet("cellift://local/wine/t.parquet").equals(frame)
    assert wine.ls().names() == ["t.csv", "t.parquet"]


def test_levels_are_listed(files: Any) -> None:
    assert files.ls("", detail=False) == ["local"]
    assert files.ls("cellift://local", detail=False) == ["local/wine"]
    assert files.ls("local/wine", detail=False) == ["local/wine/a", "local/wine/n"]
    rows = files.ls("local/wine/a")
    assert [(row["name"], row["type"], row["size"]) for row in rows] == [
        ("local/wine/a/1.csv", "file", 7),
        ("local/wine/a/b", "directory", 0),
    ]
    assert files.ls("local/wine/n", detail=False) == ["local/wine/n"]
    for nothing in ("local/wine/nothing", "local/nobody"):
        with pytest.raises(FileNotFoundError):
            files.ls(nothing)


def test_what_a_path_is_is_told(files: Any) -> None:
    assert files.info("local/wine/n")["size"] == 1 and files.isfile("local/wine/n")
    assert files.isdir("local/wine/a") and files.isdir("local/wine") and not files.exists("local/wine/x")
    assert files.modified("local/wine/n").tzinfo is not None


def test_patterns_and_everything_below_are_found(files: Any) -> None:
    assert files.glob("cellift://local/wine/a/*.csv") == ["local/wine/a/1.csv"]
    assert files.find("local/wine") == ["local/wine/a/1.csv", "local/wine/a/b/2.csv", "local/wine/n"]
    assert files.find("local/wine/n") == ["local/wine/n"]
    assert files.du("local/wine") == 17


def test_ranges_are_read_as_such(files: Any) -> None:
    assert files.cat_file("local/wine/a/1.csv", 2, 5) == b"1.c"
    assert files.cat_file("local/wine/a/1.csv", -3) == b"csv"
    assert files.cat_file("local/wine/a/1.csv", 0, -4) == b"a/1"
    assert files.cat("local/wine/n") == b"n"
    with files.open("cellift://local/wine/a/1.csv") as file:
        file.seek(2)
        assert file.read() == b"1.csv"


def test_objects_are_written_copied_moved_and_removed(files: Any, wine: Data) -> None:
    files.pipe("local/wine/p", b"piped")
    files.cp("local/wine/p", "local/wine/q")
    files.mv("local/wine/q", "local/wine/r")
    assert files.cat("local/wine/r") == b"piped" and not files.exists("local/wine/q")
    files.rm("local/wine/a", recursive=True)
    assert wine.ls(recursive=True).names() == ["n", "p", "r"]
    with pytest.raises(KeyError), files.open("local/wine/half", "wb") as file:
        file.write(b"x")
        raise KeyError
    assert not files.exists("local/wine/half")


def test_buckets_are_made_and_removed(files: Any) -> None:
    files.mkdir("local/other")
    with pytest.raises(FileExistsError):
        files.mkdir("local/other")
    files.makedirs("local/other/deep/down", exist_ok=True)
    files.rmdir("local/other")
    assert files.ls("local", detail=False) == ["local/wine"]
