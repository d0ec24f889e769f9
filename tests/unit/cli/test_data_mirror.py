"""``cellift data diff`` and ``mirror``, as a user calls them."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from cellift.cli.__main__ import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder of three files, and a bucket; they are in step."""
    for name in ("CELLIFT_HOME", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    made = tmp_path / "in"
    (made / "deep").mkdir(parents=True)
    for name in ("a", "b", "deep/c"):
        (made / name).write_text(name)
        os.utime(made / name, (1_000_000_000, 1_000_000_000))
    assert main(["data", "mb", "local/wine"]) == 0
    assert main(["data", "mirror", str(made), "local/wine/m"]) == 0
    capsys.readouterr()
    return made


def bucket(tmp_path: Path) -> Path:
    return tmp_path / "cellift_home/data/wine/m"


def test_what_was_mirrored_does_not_differ(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(one.name for one in bucket(tmp_path).rglob("*") if one.is_file()) == ["a", "b", "c"]
    assert main(["data", "diff", str(folder), "local/wine/m"]) == 0
    assert capsys.readouterr().out == ""


def test_a_difference_is_told_by_its_sign(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a").unlink()
    (folder / "b").write_text("longer")
    (folder / "new").write_text("1")
    assert main(["data", "diff", str(folder), "local/wine/m"]) == 0
    assert capsys.readouterr().out.splitlines() == ["> a", "! b", "< new"]
    assert main(["data", "diff", "--json", str(folder), "local/wine/m"]) == 0
    assert [one["difference"] for one in json.loads(capsys.readouterr().out)] == [
        "only-in-second",
        "size",
        "only-in-first",
    ]


def test_only_what_is_missing_is_copied_unless_more_is_asked(folder: Path, tmp_path: Path) -> None:
    (folder / "b").write_text("longer")
    (folder / "new").write_text("1")
    (folder / "a").unlink()
    there = bucket(tmp_path)
    assert main(["data", "mirror", str(folder), "local/wine/m"]) == 1  # b differs, and stays
    assert ((there / "b").read_text(), (there / "new").read_text(), (there / "a").exists()) == ("b", "1", True)
    assert main(["data", "mirror", "--overwrite", str(folder), "local/wine/m"]) == 0
    assert (there / "b").read_text() == "longer" and (there / "a").exists()
    assert main(["data", "mirror", "--overwrite", "--remove", "--force", str(folder), "local/wine/m"]) == 0
    assert not (there / "a").exists()


def test_of_the_same_size_the_newer_one_differs(folder: Path, tmp_path: Path) -> None:
    (folder / "b").write_text("B")
    os.utime(folder / "b", (4_000_000_000, 4_000_000_000))
    assert main(["data", "mirror", "--overwrite", str(folder), "local/wine/m"]) == 0
    assert (bucket(tmp_path) / "b").read_text() == "B"


def test_a_dry_run_changes_nothing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "new").write_text("1")
    (folder / "a").unlink()
    assert main(["data", "mirror", "--dry-run", "--remove", str(folder), "local/wine/m"]) == 0
    assert capsys.readouterr().out.splitlines() == ["would copy new", "would remove a"]
    assert (bucket(tmp_path) / "a").exists() and not (bucket(tmp_path) / "new").exists()


def test_a_bucket_is_mirrored_to_a_folder(folder: Path, tmp_path: Path) -> None:
    assert main(["data", "mirror", "local/wine/m", str(tmp_path / "out/")]) == 0
    assert (tmp_path / "out/deep/c").read_text() == "deep/c"
    assert main(["data", "mirror", str(folder), str(tmp_path / "out")]) == 2
    assert main(["data", "mirror", str(tmp_path / "nothing"), "local/wine/m"]) == 1


def test_nothing_is_removed_when_a_copy_failed(folder: Path, tmp_path: Path) -> None:
    (folder / "b\\ad").write_text("1")  # no key of the local tree
    (folder / "a").unlink()
    assert main(["data", "mirror", "--remove", "--force", str(folder), "local/wine/m"]) == 1
    assert (bucket(tmp_path) / "a").exists()


def test_what_only_the_target_has_goes_after_a_yes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a").unlink()
    (folder / "new").write_text("1")
    words = ["data", "mirror", "--remove", str(folder), "local/wine/m"]
    assert main(words) == 2  # nobody to ask
    assert "1 object that only local/wine/m has would be removed" in capsys.readouterr().err
    terminal = io.StringIO("n\ny\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    assert main(words) == 1
    assert (bucket(tmp_path) / "a").exists() and not (bucket(tmp_path) / "new").exists()
    assert main(words) == 0
    assert not (bucket(tmp_path) / "a").exists() and (bucket(tmp_path) / "new").exists()


@pytest.mark.parametrize("source", ["local/wine/mm", "local/wine/m/a"])
def test_what_is_no_folder_is_not_mirrored_as_an_empty_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept").write_text("1")
    assert main(["data", "mirror", "--remove", "--force", source, str(out)]) == 1
    assert "is no folder" in capsys.readouterr().err
    assert main(["data", "diff", source, str(out)]) == 1
    assert (out / "kept").exists()


def test_a_place_is_not_copied_into_itself(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(bucket(tmp_path).rglob("*"))
    tree = str(tmp_path / "cellift_home/data/wine/m")  # the same by its path
    for words in (
        ["mirror", "local/wine/m", "local/wine/m/deep"],
        ["mirror", "local/wine/m", "local/wine/m"],
        ["mirror", "local/wine", f"{tree}/deep"],
        ["mirror", str(tmp_path), "local/wine/m"],
        ["mirror", "--remove", "--force", "local/wine/m/deep", "local/wine/m"],
        ["cp", "-r", "local/wine/m", "local/wine/m/deep/"],
        ["cp", "-r", tree, "local/wine/m/x"],
        ["mv", "-r", "local/wine/m", f"{tree}/deep"],
    ):
        assert main(["data", *words]) == 1, words
        assert "lies in" in capsys.readouterr().err
    assert sorted(bucket(tmp_path).rglob("*")) == before
    # A name that only begins alike is another place, and what is in a folder may be copied out of it.
    assert main(["data", "cp", "-r", "local/wine/m/", "local/wine/mm"]) == 0
    assert main(["data", "mirror", "local/wine/m/deep", "local/wine/m"]) == 0
    assert (bucket(tmp_path) / "c").read_text() == "deep/c"


@pytest.mark.parametrize("flipped", [False, True])
def test_a_move_onto_itself_removes_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], flipped: bool
) -> None:
    ends = ["local/wine/m/a", str(bucket(tmp_path) / "a")]
    assert main(["data", "mv", *(reversed(ends) if flipped else ends)]) == 1
    assert "onto itself" in capsys.readouterr().err
    assert (bucket(tmp_path) / "a").read_text() == "a"


def test_what_is_excluded_is_neither_copied_nor_removed(folder: Path, tmp_path: Path) -> None:
    (folder / "new.tmp").write_text("1")
    (folder / "deep/new.tmp").write_text("1")
    (folder / "new").write_text("1")
    there = bucket(tmp_path)
    (there / "kept.tmp").write_text("1")
    (there / "gone").write_text("1")
    words = ["mirror", "--remove", "--force", "--exclude", "*.tmp", "--exclude", "b", str(folder), "local/wine/m"]
    (folder / "b").unlink()
    assert main(["data", *words]) == 0
    found = sorted(one.relative_to(there).as_posix() for one in there.rglob("*") if one.is_file())
    assert found == ["a", "b", "deep/c", "kept.tmp", "new"]


def test_what_is_too_old_is_not_copied_and_its_copy_not_removed(folder: Path, tmp_path: Path) -> None:
    (folder / "new").write_text("1")
    (folder / "a").write_text("longer")
    os.utime(folder / "a", (1_000_000_000, 1_000_000_000))
    words = ["mirror", "--overwrite", "--remove", "--force", "--newer-than", "1h", str(folder), "local/wine/m"]
    assert main(["data", *words]) == 0
    assert (bucket(tmp_path) / "new").exists() and (bucket(tmp_path) / "a").read_text() == "a"
