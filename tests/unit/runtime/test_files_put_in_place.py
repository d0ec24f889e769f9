"""The artifact ``files`` of a step: what goes into it, and how the next step puts it in place."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import carried_files
from cellift.pipeline.runtime.carried_files import CarriedFiles, enter_own_folder
from cellift.values import ValuesError
from unit.pipeline.kit import Launcher, graph, step


def files_of(given: str = "", *sources: Any, most: int = 1 << 20, hand_on: bool = False, **more: str) -> CarriedFiles:
    """The files of a step that works in the current folder and writes its artifact to ``given``."""
    step: Any = SimpleNamespace(
        name="work",
        folder=more.get("folder", ""),
        files_folder=given,
        output_file=None,
        inputs={},
        files=list(sources),
        files_most=most,
        files_hand_on=hand_on,
    )
    return CarriedFiles(step)


def artifact(folder: Path, files: dict[str, tuple[str, str]], gone: tuple[str, ...] = (), **told: Any) -> Any:
    """What a step above wrote: path -> (kind, text or target)."""
    folder.mkdir()
    index = {path: {"kind": kind, **told} for path, (kind, _) in files.items()}
    (folder / "index.json").write_text(json.dumps({"v": 1, "files": index, "gone": list(gone)}))
    kinds = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE}
    with tarfile.open(folder / "files.tar", "w") as archive:
        for path, (kind, text) in files.items():
            member = tarfile.TarInfo(path)
            member.type, member.mode = kinds[kind], 0o750
            member.linkname, member.size = (text, 0) if kind == "link" else ("", len(text))
            archive.addfile(member, io.BytesIO(text.encode()))
    return SimpleNamespace(folder=str(folder), name=folder.name, order=int(folder.name[-1]))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.parametrize("path", ["/tmp/made", "../made", "a/../../made", "a//b"])
def test_nothing_is_put_beside_the_working_folder(here: Path, tmp_path: Path, path: str) -> None:
    source = artifact(tmp_path / "s1", {path: ("file", "x")})
    with pytest.raises(ValuesError, match="is no name of a file below the working folder"):
        files_of("", source).take()
    assert list(here.iterdir()) == []


def test_nothing_is_removed_beside_the_working_folder(here: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    with pytest.raises(ValuesError, match="below the working folder"):
        files_of("", artifact(tmp_path / "s1", {}, ("../kept",))).take()
    assert (tmp_path / "kept").exists()


def test_a_link_stays_a_link_and_takes_the_place_of_a_file(here: Path, tmp_path: Path) -> None:
    (here / "last").write_text("old")
    (here / "model").write_text("kept")
    files_of("", artifact(tmp_path / "s1", {"last": ("link", "model")})).take()
    assert (str(Path("last").readlink()), (here / "model").read_text()) == ("model", "kept")


def test_a_file_takes_the_place_of_a_link_or_a_folder_and_not_that_of_what_it_points_to(
    here: Path, tmp_path: Path
) -> None:
    (here / "model").write_text("kept")
    (here / "last").symlink_to("model")
    (here / "out").mkdir()
    (here / "out" / "in").write_text("goes")
    files_of("", artifact(tmp_path / "s1", {"last": ("file", "new"), "out": ("file", "text")})).take()
    assert [(here / name).read_text() for name in ("last", "model", "out")] == ["new", "kept", "text"]
    assert not (here / "last").is_symlink()


def test_a_folder_takes_the_place_of_a_file_or_a_link(here: Path, tmp_path: Path) -> None:
    (here / "real").mkdir()
    (here / "a").write_text("old")
    (here / "b").symlink_to("real")
    files_of("", artifact(tmp_path / "s1", {"a": ("folder", ""), "b": ("folder", "")})).take()
    assert [(here / name).is_dir() and not (here / name).is_symlink() for name in "ab"] == [True, True]


def test_a_folder_that_is_gone_stays_while_something_is_in_it(here: Path, tmp_path: Path) -> None:
    for name in ("full", "empty"):
        (here / name).mkdir()
    (here / "full" / "mine").write_text("x")
    (here / "f").write_text("x")
    files_of("", artifact(tmp_path / "s1", {}, ("full", "empty", "f", "never"))).take()
    assert sorted(path.name for path in here.iterdir()) == ["full"]


def test_what_is_said_to_be_a_file_and_has_no_content_is_refused(here: Path, tmp_path: Path) -> None:
    source = artifact(tmp_path / "s1", {"x": ("folder", "")})
    (tmp_path / "s1" / "index.json").write_text('{"v": 1, "gone": [], "files": {"x": {"kind": "file"}}}')
    with pytest.raises(ValuesError, match="x has no content"):
        files_of("", source).take()


def test_two_versions_are_told_with_the_name_of_the_other_step(here: Path, tmp_path: Path) -> None:
    sources = [artifact(tmp_path / f"s{number}", {"x": ("file", "x")}) for number in (1, 2)]
    with pytest.raises(ValuesError, match="Steps s1 and s2 both wrote x"):
        files_of("", *sources).take()
    with pytest.raises(ValuesError, match="Steps s1 and s2 both wrote x"):
        files_of("", artifact(tmp_path / "s0", {"y": ("file", "y")}), *sources).take()


def given_by(files: CarriedFiles, *changes: Any) -> dict[str, Any]:
    files.take()
    files.begin()
    for change in changes:
        change()
    return files.give()


def test_what_was_made_changed_and_removed_is_given(here: Path, tmp_path: Path) -> None:
    for name in ("same", "changed", "removed"):
        (here / name).write_text(name)
    index = given_by(
        files_of(str(tmp_path / "out")),
        lambda: (here / "changed").write_text("longer text"),
        (here / "removed").unlink,
        lambda: (here / "link").symlink_to("same"),
        (here / "made").mkdir,
    )
    assert {path: told["kind"] for path, told in index["files"].items()} == {
        "changed": "file",
        "link": "link",
        "made": "folder",
    }
    assert index["gone"] == ["removed"]


def test_a_step_whose_files_nobody_takes_writes_none(here: Path, tmp_path: Path) -> None:
    assert given_by(files_of(""), lambda: (here / "x").write_text("x")) == {}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["here", "x"]


def test_compiled_code_and_what_is_cellift_s_own_do_not_travel(here: Path, tmp_path: Path) -> None:
    def make() -> None:
        for name in ("__pycache__", ".ipynb_checkpoints", "ours", "kept"):
            (here / name).mkdir()
        (here / "old.pyc").write_text("")

    index = given_by(files_of(str(tmp_path / "out"), folder=str(here / "ours")), make)
    assert list(index["files"]) == ["kept"]


@pytest.mark.parametrize("at_home", [True, False])
def test_hidden_folders_of_a_home_folder_are_of_tools(
    here: Path, tmp_path: Path, at_home: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(here if at_home else tmp_path))
    index = given_by(files_of(str(tmp_path / "out")), (here / ".cache").mkdir)
    assert list(index["files"]) == ([] if at_home else [".cache"])


def test_a_step_hands_on_what_it_took_and_what_was_gone(here: Path, tmp_path: Path) -> None:
    source = artifact(tmp_path / "s1", {"x": ("file", "x")}, ("y",))
    index = given_by(files_of(str(tmp_path / "out"), source, hand_on=True))
    assert (list(index["files"]), index["gone"]) == (["x"], ["y"])
    again = files_of(str(tmp_path / "again"), source, hand_on=True)
    assert given_by(again, lambda: (here / "y").write_text("new"))["gone"] == []
    (here / "y").unlink()
    (here / "x").unlink()
    source.folder = str(tmp_path / "s1")
    assert given_by(files_of(str(tmp_path / "out2"), source))["files"] == {}


@pytest.mark.parametrize("most", [10, 4])
def test_more_bytes_than_travel_are_refused_with_the_largest_files(here: Path, tmp_path: Path, most: int) -> None:
    files = files_of(str(tmp_path / "out"), most=most)
    if most == 10:
        assert list(given_by(files, lambda: (here / "x").write_text("12345"))["files"]) == ["x"]
        return
    with pytest.raises(ValuesError, match=r"The largest: x \(0.0 MiB\)"):
        given_by(files, lambda: (here / "x").write_text("12345"))


def test_a_step_that_starts_where_nobody_may_write_works_in_a_folder_of_its_own(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_own_folder()
    assert Path.cwd() == here
    monkeypatch.setattr(carried_files.os, "access", lambda *_: False)
    enter_own_folder()
    assert Path.cwd().name.startswith("cellift-work-")
    Path.cwd().rmdir()


def test_a_container_that_starts_in_the_root_folder_works_in_a_folder_of_its_own(tmp_path: Path) -> None:
    ir = compile_graph(graph(step("work", "import os\nprint(os.getcwd())")))
    [told] = Launcher(tmp_path, local=False).run(ir, cwd=Path("/"))["work"].stdout.splitlines()
    assert Path(told).name.startswith("cellift-work-")
    Path(told).rmdir()
