"""The snapshot of the folder of a notebook."""

from __future__ import annotations

from pathlib import Path

from cellift.project.project import read_project


def test_modules_and_packages_beside_the_notebook_are_listed(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("")
    (tmp_path / "not-a-module.py").write_text("")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "data").mkdir()
    assert read_project(tmp_path).local_modules == {"helpers", "package"}


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_project(tmp_path / "gone").local_modules == frozenset()
