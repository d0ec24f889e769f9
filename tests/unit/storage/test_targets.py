from __future__ import annotations

from pathlib import Path

import pytest

from cellift.storage.errors import NoSuchConnectionError
from cellift.storage.targets import LocalPath, Target, parse_target

CONNECTIONS = ["local", "play"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("local", Target("local", "", "")),
        ("local/", Target("local", "", "")),
        ("play/bucket", Target("play", "bucket", "")),
        ("play/bucket/", Target("play", "bucket", "")),
        ("play/bucket/a/b.csv", Target("play", "bucket", "a/b.csv")),
        ("play/bucket/a/", Target("play", "bucket", "a/")),
        ("play/bucket//a/../b", Target("play", "bucket", "/a/../b")),
        ("play/bucket/~/./x ", Target("play", "bucket", "~/./x ")),
    ],
)
def test_a_connection_comes_first(text: str, target: Target) -> None:
    assert parse_target(text, CONNECTIONS) == target


@pytest.mark.parametrize(
    ("text", "path", "slash"),
    [
        ("/tmp/x", "/tmp/x", False),
        ("./local/bucket", "local/bucket", False),
        ("../x/", "../x", True),
        (".", ".", False),
        ("..", "..", False),
        ("~/x", "HOME/x", False),
        ("file.csv", "file.csv", False),
        ("there/file.csv", "there/file.csv", False),
    ],
)
def test_a_path_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, path: str, slash: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "there").mkdir()
    (tmp_path / "local").mkdir()
    assert parse_target(text, CONNECTIONS) == LocalPath(Path(path.replace("HOME", str(tmp_path))), slash)


def test_a_name_that_is_neither_is_told_with_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoSuchConnectionError, match=r"'plya'. There are: local, play. A path .* begins with \./"):
        parse_target("plya/bucket/key", CONNECTIONS)


def test_a_target_is_shown_as_it_is_written_and_harmless() -> None:
    assert str(Target("play", "", "")) == "play"
    assert str(Target("play", "b", "")) == "play/b"
    assert str(Target("play", "b", "a/")) == "play/b/a/"
    assert str(Target("play", "b", "a\x1b[2J")) == "play/b/a\\x1b[2J"
    assert str(Target("play", "b", "a//")) == "play/b/a//"  # no other folder than the one that is meant


def test_the_folder_that_a_target_names() -> None:
    assert [Target("c", "b", key).folder for key in ("", "a", "a/")] == ["", "a/", "a/"]
