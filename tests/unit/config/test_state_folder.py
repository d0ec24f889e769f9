from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cellift.config.paths import HomeError, home, home_path


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELLIFT_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def test_own_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert home() == tmp_path / "own"


def test_xdg_folder_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home() == tmp_path / "cellift"


def test_relative_xdg_folder_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "somewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home_path() == tmp_path / ".local/share/cellift"


def test_relative_own_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CELLIFT_HOME", "state/../here")
    assert home_path() == tmp_path / "here"


def test_folder_is_private_to_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "deep" / "state"))
    assert stat.S_IMODE(home().stat().st_mode) == 0o700


def test_asking_for_the_path_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "state"))
    assert not home_path().exists()


def test_a_file_in_the_way_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("")
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "state"))
    with pytest.raises(HomeError, match=r"state.*CELLIFT_HOME"):
        home()


def test_unknown_user_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLIFT_HOME", "~nobody-of-that-name/x")
    with pytest.raises(HomeError, match="CELLIFT_HOME"):
        home()
