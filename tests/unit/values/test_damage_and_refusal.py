"""What cannot be written or read is said clearly, and leaves nothing that looks whole."""

from __future__ import annotations

import errno
import io
import threading
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift import values
from cellift.values import hashed_file


class Model:
    def __init__(self) -> None:
        self.layers = [{"name": "a"}, {"hook": threading.Lock()}]


class Slotted:
    __slots__ = ("stream",)

    def __init__(self) -> None:
        self.stream = (n for n in range(3))


def holding(kept: Any) -> Any:
    return lambda: kept


def module_made_here() -> types.ModuleType:
    made = types.ModuleType("made")
    made.lock = threading.Lock()  # type: ignore[attr-defined]
    return made


class Rude:
    def __reduce__(self) -> Any:
        raise RuntimeError("not me")


@pytest.mark.parametrize(
    ("value", "member", "kind"),
    [
        (Model(), "x.layers[1]['hook']", "_thread.lock"),
        (Slotted(), "x.stream", "generator"),
        ({"deep": [Rude()]}, "x['deep'][0]", "Rude"),
        (holding(threading.Lock()), "x, variable kept", "_thread.lock"),
        ({"tool": module_made_here()}, "x['tool']", "module"),
    ],
    ids=["attribute", "slot", "own hook", "closure", "module made here"],
)
def test_member_that_cannot_be_saved_is_named(tmp_path: Path, value: Any, member: str, kind: str):
    with pytest.raises(values.CannotCrossError) as caught:
        values.write(tmp_path, {"fine": 1, "x": value})
    assert caught.value.name == "x"
    assert caught.value.code == "CL501"
    assert caught.value.member == member
    assert kind in str(caught.value)
    assert not (tmp_path / "index.json").exists()


def test_value_that_only_fails_when_it_is_written_is_named_too(tmp_path: Path):
    class Counting:
        calls = 0

        def __reduce__(self) -> Any:
            Counting.calls += 1
            if Counting.calls > 1:
                raise RuntimeError("once only")
            return (list, ())

    with pytest.raises(values.CannotCrossError, match="once only"):
        values.write(tmp_path, {"x": Counting()})


def test_failed_write_leaves_no_values_of_before(tmp_path: Path):
    values.write(tmp_path, {"x": 1})
    with pytest.raises(values.CannotCrossError):
        values.write(tmp_path, {"x": threading.Lock()})
    with pytest.raises(values.DamagedError, match="no values"):
        values.Reader(tmp_path)


@pytest.mark.parametrize("name", ["list.pickle", "array.npy", "index.json"])
def test_full_disk_names_the_value_and_leaves_no_half_file(tmp_path: Path, monkeypatch, name: str):
    class Full(io.FileIO):
        def write(self, data: Any) -> int:
            if Path(str(self.name)).name.startswith(f".{name}."):
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data) or 0

    monkeypatch.setattr(hashed_file, "open", lambda path, mode, buffering=0: Full(path, mode), raising=False)
    with pytest.raises(values.NoSpaceError, match="No space left on the disk") as caught:
        values.write(tmp_path, {"list": [1], "array": np.zeros(10)})
    assert caught.value.name in ("list", "array", "the index")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") or path.name == "index.json"]


def test_other_errors_of_the_disk_are_not_called_full(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        values.write(tmp_path / "file", {"x": 1})


def test_changed_file_is_not_unpickled(tmp_path: Path):
    values.write(tmp_path, {"x": [1, 2, 3]})
    path = tmp_path / "x.pickle"
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)
    with pytest.raises(values.DamagedError, match="digest"):
        values.Reader(tmp_path)["x"]


@pytest.mark.parametrize("value", [[1, 2, 3], np.arange(100_000)], ids=["pickle", "npy"])
def test_file_that_is_cut_off_is_damaged(tmp_path: Path, value: Any):
    index = values.write(tmp_path, {"x": value})
    path = tmp_path / index["groups"][0]["file"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(values.DamagedError, match="bytes"):
        values.Reader(tmp_path)["x"]


def test_missing_file_and_missing_index_are_damage(tmp_path: Path):
    values.write(tmp_path, {"x": 1})
    (tmp_path / "x.pickle").unlink()
    with pytest.raises(values.DamagedError, match="missing"):
        values.Reader(tmp_path)["x"]
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(values.DamagedError, match="cannot be read"):
        values.Reader(tmp_path)


def test_class_that_is_gone_is_reported_with_the_name(tmp_path: Path, monkeypatch):
    values.write(tmp_path, {"model": Slotted.__new__(Slotted)})
    monkeypatch.delitem(globals(), "Slotted")
    with pytest.raises(values.CannotReadError, match="`model` cannot be read") as caught:
        values.Reader(tmp_path)["model"]
    assert caught.value.code == "CL504"


def test_newer_format_is_refused(tmp_path: Path):
    (tmp_path / "index.json").write_text('{"v": 2}')
    with pytest.raises(values.DamagedError, match="format 2"):
        values.Reader(tmp_path)
