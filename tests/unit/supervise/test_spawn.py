from __future__ import annotations

import os
from pathlib import Path

import pytest

from cellift.supervise.spawn import StartError, spawn


def open_descriptors() -> list[Path]:
    return sorted(Path("/proc/self/fd").iterdir())


def test_a_program_that_cannot_be_started_says_which_and_why(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="/no/such/program"):
        spawn(["/no/such/program"], env={}, cwd=str(tmp_path), log=str(tmp_path / "log"))


@pytest.mark.parametrize("failing", ["log", "stdin", "fork", "exec"])
def test_a_failed_start_leaves_no_descriptor_open(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = str(tmp_path / "gone" / "file")
    if failing == "fork":

        def no_fork() -> int:
            raise BlockingIOError(11, "Resource temporarily unavailable")

        monkeypatch.setattr(os, "fork", no_fork)
    before = open_descriptors()
    with pytest.raises(StartError, match=r"cannot be opened|another process|no/such"):
        spawn(
            ["/no/such/program"],
            env={},
            cwd=str(tmp_path),
            log=gone if failing == "log" else str(tmp_path / "log"),
            stdin=gone if failing == "stdin" else os.devnull,
        )
    assert open_descriptors() == before


def test_a_folder_with_a_name_that_is_no_text_fails_with_words(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="gone"):
        spawn(["/bin/true"], env={}, cwd=f"{tmp_path}/gone\udcff", log=str(tmp_path / "log"))
