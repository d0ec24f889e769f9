"""Distributions by the metadata in a folder that the test fills, and files by the texts that name them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from cellift.project import data_files
from cellift.project.data_files import matching, named_files, named_paths
from cellift.project.distributions import Distribution, distribution, editable, installed, providers


def put(site: Path, name: str, record: str = "", suffix: str = ".dist-info", **files: str) -> None:
    folder = site / f"{name}{suffix}"
    folder.mkdir(parents=True)
    if record:
        (folder / "RECORD").write_text("".join(f"{line},,\n" for line in record.split()))
    for key, text in files.items():
        (folder / key.replace("__", ".")).write_text(text)


def names(found: dict[str, tuple[Distribution, ...]]) -> dict[str, list[str]]:
    return {module: [one.pin for one in several] for module, several in found.items()}


def test_a_module_comes_from_the_distribution_that_lists_it(tmp_path: Path) -> None:
    put(tmp_path, "Scikit_Thing-1.0", "thing/__init__.py thing/part.py __pycache__/x.pyc alone.py fast.cpython-311.so")
    put(tmp_path, "legacy-2.0-py3.11", suffix=".egg-info", top_level__txt="old\n\nolder\n")
    found = providers(["thing.part", "alone", "fast", "old", "older", "__pycache__", "none"], [str(tmp_path)])
    thing, legacy = ["scikit-thing==1.0"], ["legacy==2.0"]
    assert names(found) == {"thing.part": thing, "alone": thing, "fast": thing, "old": legacy, "older": legacy}


def test_the_distribution_of_the_module_s_name_comes_first_if_it_has_the_package(tmp_path: Path) -> None:
    put(tmp_path, "aaa-1", "thing/__init__.py")
    put(tmp_path, "thing-2", "thing/__init__.py")
    put(tmp_path, "space-1", "space/own.py")
    put(tmp_path, "space_more-1", "space/more.py")
    found = names(providers(["thing", "space.more", "space.own", "space"], [str(tmp_path)]))
    assert found == {
        "thing": ["thing==2"],
        "space.more": ["space-more==1"],
        "space.own": ["space==1"],
        "space": ["space==1"],
    }


def test_folders_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "site", "thing-1", "thing.py")
    (tmp_path / "site" / "distutils-precedence.pth").write_text("import os")
    folders = [str(tmp_path / "none"), str(tmp_path / "site")]
    assert names(providers(["thing"], folders)) == {"thing": ["thing==1"]}
    assert [one.name for one in installed(folders)] == ["thing"]
    assert distribution("Thing", folders) is not None
    assert distribution("other", folders) is None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"url": "https://h/r", "vcs_info": {"vcs": "git"}}, "git+https://h/r"),
        ({"url": "https://h/x.whl"}, "https://h/x.whl"),
        ({"url": "file:///no/such/folder"}, None),
        ({"url": "file://HERE"}, "HERE"),
        ({}, None),
    ],
)
def test_where_a_distribution_was_installed_from(tmp_path: Path, told: dict, expected: str | None) -> None:
    text = json.dumps(told).replace("HERE", str(tmp_path))
    put(tmp_path, "thing-1", direct_url__json=text)
    [one] = installed([str(tmp_path)])
    assert one.origin() == (expected and expected.replace("HERE", str(tmp_path)))


def test_a_link_to_a_folder_has_the_modules_of_the_folder_and_those_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    told = json.dumps({"url": f"file://{tmp_path}/source"})
    put(tmp_path / "site", "linked-1", direct_url__json=told, top_level__txt="named\n")
    put(tmp_path / "site", "plain-1", top_level__txt="other\n")
    folders = [str(tmp_path / "none"), str(tmp_path / "site")]

    def of(module: str, file: str | None = None) -> str | None:
        found = editable(module, file, folders)
        return found and found.name

    assert of("mod", f"{tmp_path}/source/mod.py") == "linked"
    assert of("named") == "linked"
    assert of("mod", f"{tmp_path}/source-of-another/mod.py") is None
    assert of("other") is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("here/a.csv", "here/sub/b.csv", "here/sub/.hidden", "beside.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path / "here"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a.csv'", {"a.csv"}),
        ("Path('sub') / 'b.csv'", {"sub/b.csv"}),
        ("os.path.join('sub', 'b.csv')", {"sub/b.csv"}),
        ("'sub/' + 'b.csv'", {"sub/b.csv"}),
        ("join(name, 'c.csv')", set()),
        ("name / 'c.csv'", set()),
        ("'../beside.csv'", set()),
        ("'../*.csv'", set()),
        ("'.'", set()),
        ("'sub/*'", {"sub/b.csv"}),
        ("'sub/.hidden'", set()),
        ("'/sub/b.csv'", set()),
        ("'sub/../a.csv'", {"a.csv"}),
    ],
)
def test_files_that_code_names(folder: Path, text: str, expected: set[str]) -> None:
    assert named_files(named_paths([ast.parse(text)]), folder, {}) == expected


def test_a_folder_stands_for_what_is_in_it(folder: Path) -> None:
    assert matching("sub", folder) == {"sub/b.csv"}
    assert matching(".", folder) == {"a.csv", "sub/b.csv"}


def test_a_pattern_that_fits_very_many_files_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "_MOST_MATCHES", 3)
    for number in range(10):
        (folder / f"{number}.txt").write_text("")
    assert len(matching("*.txt", folder)) == 3
