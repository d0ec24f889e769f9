from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from cellift.storage.api import ObjectInfo, Page
from cellift.storage.errors import BadNameError, NotFoundError, StorageError
from cellift.storage.local.tree import LocalTree
from cellift.storage.performing import perform
from cellift.storage.plan import NotRecursiveError, moves, path_below
from cellift.storage.targets import LocalPath, Target, parse_target


class Desk:
    """A tree under the name ``c`` with two buckets, and a folder of this machine, which is the working directory."""

    def __init__(self, folder: Path) -> None:
        self.store = LocalTree(folder / "data")
        self.here = folder / "here"
        for bucket in ("one", "two"):
            self.store.make_bucket(bucket)
        self.warnings: list[str] = []

    def plan(self, *words: str, recursive: bool = False) -> list[str]:
        *sources, to = [parse_target(word, ["c"]) for word in words]
        opened = lambda _: self.store  # noqa: E731
        found = moves(sources, to, opened, recursive=recursive, warn=self.warnings.append)
        return sorted(str(move) for move in found)

    def file(self, name: str) -> None:
        (self.here / name).parent.mkdir(parents=True, exist_ok=True)
        (self.here / name).write_text(name)

    def object(self, key: str) -> None:
        self.store.write("one", key, io.BytesIO())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("to", "key"),
    [
        ("c/one", "a.csv"),
        ("c/one/", "a.csv"),
        ("c/one/b", "b"),
        ("c/one/dir/", "dir/a.csv"),
        ("c/one/there", "there/a.csv"),
    ],
)
def test_a_file_goes_into_a_folder_or_becomes_the_name(desk: Desk, to: str, key: str) -> None:
    desk.file("a.csv")
    desk.object("there/x")
    assert desk.plan("a.csv", to) == [f"a.csv -> c/one/{key}"]


@pytest.mark.parametrize(
    ("to", "path"), [("./b", "b"), ("./new/", "new/a.csv"), ("./there", "there/a.csv"), (".", "a.csv"), ("b", "b")]
)
def test_an_object_goes_into_a_folder_or_becomes_the_name(desk: Desk, to: str, path: str) -> None:
    (desk.here / "there").mkdir()
    desk.object("dir/a.csv")
    assert desk.plan("c/one/dir/a.csv", to) == [f"c/one/dir/a.csv -> {path}"]


def test_several_go_into_a_folder(desk: Desk) -> None:
    desk.file("a")
    desk.object("d/b")
    assert desk.plan("a", "c/one/d/b", "c/two/x") == ["a -> c/two/x/a", "c/one/d/b -> c/two/x/b"]


def test_a_folder_comes_along_unless_it_ends_with_a_slash(desk: Desk) -> None:
    for name in ("d/1", "d/e/2"):
        desk.file(name)
        desk.object(name)
    assert desk.plan("./d", "c/two", recursive=True) == ["d/1 -> c/two/d/1", "d/e/2 -> c/two/d/e/2"]
    assert desk.plan("./d/", "c/two/x", recursive=True) == ["d/1 -> c/two/x/1", "d/e/2 -> c/two/x/e/2"]
    assert desk.plan("c/one/d", "./o", recursive=True) == ["c/one/d/1 -> o/d/1", "c/one/d/e/2 -> o/d/e/2"]
    assert desk.plan("c/one/d/", "./o", recursive=True) == ["c/one/d/1 -> o/1", "c/one/d/e/2 -> o/e/2"]
    assert desk.plan("c/one", "c/two/all/", recursive=True) == [
        "c/one/d/1 -> c/two/all/d/1",
        "c/one/d/e/2 -> c/two/all/d/e/2",
    ]


def test_the_working_directory_brings_what_is_in_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.file("d/1")
    assert desk.plan(".", "c/two", recursive=True) == ["d/1 -> c/two/d/1"]
    monkeypatch.chdir(desk.here / "d")
    assert desk.plan("..", "c/two", recursive=True) == ["../d/1 -> c/two/d/1"]


def test_recursive_on_one_object_or_file_is_that(desk: Desk) -> None:
    desk.object("d/1")
    desk.file("f")
    assert desk.plan("c/one/d/1", "./o", recursive=True) == ["c/one/d/1 -> o/1"]
    assert desk.plan("f", "c/two", recursive=True) == ["f -> c/two/f"]


@pytest.mark.parametrize("source", ["./d", "c/one/d", "c/one/d/", "c/one"])
def test_a_folder_needs_recursive(desk: Desk, source: str) -> None:
    desk.file("d/1")
    desk.object("d/1")
    with pytest.raises(NotRecursiveError, match="--recursive"):
        desk.plan(source, "c/two/x")


def test_what_is_not_there_is_told(desk: Desk) -> None:
    for recursive in (False, True):
        with pytest.raises(NotFoundError):
            desk.plan("c/one/none", "./x", recursive=recursive)
    with pytest.raises(NotFoundError):
        desk.plan("c/one/none/", "./x", recursive=True)
    (desk.here / "dangling").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        desk.plan("./dangling", "c/one/x")


def test_links_to_folders_are_left_out_and_told(desk: Desk, tmp_path: Path) -> None:
    desk.file("d/1")
    (desk.here / "d" / "loop").symlink_to(desk.here)
    (desk.here / "d" / "dangling").symlink_to("nowhere")
    (desk.here / "d" / "link").symlink_to("1")
    assert desk.plan("./d/", "c/two", recursive=True) == ["d/1 -> c/two/1", "d/link -> c/two/link"]
    assert [warning.split(" is")[0] for warning in desk.warnings] == ["d/loop", "d/dangling"]


@pytest.mark.parametrize("to", ["c/one/d", "c/one/d/", "c/one/d/e/", "c/one/d/new"])
def test_a_folder_is_not_copied_into_itself(desk: Desk, to: str) -> None:
    desk.object("d/e/1")
    with pytest.raises(StorageError, match="lies in what is to be copied"):
        desk.plan("c/one/d", to, recursive=True)


def test_two_paths_are_for_the_shell(desk: Desk) -> None:
    desk.file("a")
    with pytest.raises(StorageError, match="use `cp`"):
        desk.plan("./a", "./b")


def test_a_target_without_a_bucket_is_told(desk: Desk) -> None:
    desk.file("a")
    desk.object("a")
    for words in (("./a", "c"), ("c", "./x")):
        with pytest.raises(BadNameError, match="names no bucket"):
            desk.plan(*words)


def test_a_hostile_key_among_others_is_refused_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.object("good")
    real = desk.store.page

    def page(*words: Any, **options: Any) -> Page:
        return Page([ObjectInfo("../evil", 1), *real(*words, **options).objects], [], None)

    # As another server may list it; the local tree cannot have it.
    monkeypatch.setattr(desk.store, "page", page)
    evil, good = moves([Target("c", "one", "")], LocalPath(desk.here, True), lambda _: desk.store, recursive=True)
    assert isinstance(evil.refused, BadNameError) and good.refused is None
    with pytest.raises(BadNameError, match="cannot be a file below"):
        perform(evil)
    perform(good)
    assert [one.name for one in desk.here.iterdir()] == ["good"]
    assert [one.name for one in desk.here.parent.iterdir() if one.name == "evil"] == []


@pytest.mark.parametrize(
    "key", ["../x", "a/../../x", "..", ".", "/etc/x", "a//b", "", "/", "a/\0b", "a/..", "../", "a/../"]
)
def test_a_key_that_would_leave_the_folder_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadNameError):
        path_below(tmp_path, key)


def test_any_other_key_is_a_path_below_the_folder(tmp_path: Path) -> None:
    for key in ("a", "a/b c/ü", "...", "a..b/..c", "~/x", "a/b/"):
        assert path_below(tmp_path, key) == tmp_path / key
