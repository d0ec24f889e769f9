"""Modules in a folder that the notebook puts on ``sys.path`` are the notebook's."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.files.search_folders import added_folders
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import notebook


@pytest.mark.parametrize(
    ("source", "first", "last"),
    [
        ("import sys\nsys.path.append('src')", (), ("src",)),
        ("sys.path.insert(0, './src/')", ("src",), ()),
        ("sys.path.insert(0, os.path.abspath('a/b'))", ("a/b",), ()),
        ("sys.path.append(os.path.join(os.getcwd(), 'src'))", (), ("src",)),
        ("sys.path.append(str(Path.cwd() / 'src'))", (), ("src",)),
        ("ROOT = 'src'\nsys.path += [ROOT, 'more']", (), ("src", "more")),
        ("sys.path[:0] = ['src']", ("src",), ()),
        ("sys.path = ['src'] + sys.path", ("src",), ()),
        ("site.addsitedir('src')", (), ("src",)),
        ("sys.path.append('/opt/x')\nsys.path.append('.')\nsys.path.append(where())", (), ()),
    ],
)
def test_folders_are_read_from_the_source(source: str, first: tuple[str, ...], last: tuple[str, ...]) -> None:
    assert added_folders(ast.parse(source).body) == (first, last)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "inner.py").write_text("import deeper\nK = 1\n")
    (tmp_path / "src" / "deeper.py").write_text("V = 1\n")
    (tmp_path / "src" / "yaml.py").write_text("V = 1\n")
    return tmp_path


def modules(folder: Path, *cells: str) -> tuple[str, ...]:
    analysis = analyse(parse_notebook(notebook(*cells)), Project(folder))
    return analysis.graph.steps[0].modules


def test_modules_in_it_travel_with_those_that_they_import(folder: Path) -> None:
    cells = ["import sys\nsys.path.append('src')", "%%step a\nimport inner\nprint(inner.K)"]
    assert modules(folder, *cells) == ("src/deeper.py", "src/inner.py")
    assert modules(folder, cells[1]) == ()


def test_what_is_installed_comes_before_a_folder_that_is_appended(folder: Path) -> None:
    use = "%%step a\nimport yaml\nprint(yaml.__name__)"
    assert modules(folder, "import sys\nsys.path.append('src')", use) == ()
    assert modules(folder, "import sys\nsys.path.insert(0, 'src')", use) == ("src/yaml.py",)


def test_a_folder_outside_the_notebooks_is_not_read(folder: Path) -> None:
    use = "%%step a\nimport inner\nprint(inner.K)"
    (folder / "nb").mkdir()
    assert modules(folder / "nb", "import sys\nsys.path.append('../src')", use) == ()
