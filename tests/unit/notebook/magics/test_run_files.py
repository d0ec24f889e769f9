"""``%run FILE``: the file's code stands in the step, or the difference that could show is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import codes, edges, notebook, text

TOOLS = "FACTOR = 3\ndef scale(x):\n    return x * FACTOR\n"


def read(folder: Path, *cells: str, **files: str) -> Analysis:
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)
    return analyse(parse_notebook(notebook(*cells)), Project(folder))


def test_names_of_the_file_are_copied_and_cross_like_those_of_a_cell(tmp_path: Path) -> None:
    found = read(tmp_path, "%%step a\n%run tools.py\ny = scale(2)", "%%step b\nprint(scale(y))", tools=TOOLS)
    assert codes(found) == []
    assert edges(found.graph) == {"a>b:FACTOR", "a>b:y"}
    assert "def scale(x)" in text(found.graph, "b")
    assert {part.file for part in found.graph.steps[0].code} == {"tools.py", ""}


def test_lines_are_those_of_the_file_in_the_code_and_those_of_the_cell_in_places(tmp_path: Path) -> None:
    found = read(tmp_path, "%%step a\n\n%run tools.py", "%%step b\nprint(x)", tools="\n\nx = open('f').read()\n")
    assert [(part.line, part.file) for part in found.graph.steps[0].code] == [(3, "tools.py")]
    (edge,) = found.graph.edges
    assert edge.names[0].producer.line == 3


def test_a_name_that_the_file_does_not_define_is_refused_and_found_by_i(tmp_path: Path) -> None:
    cells = ["%%step a\nbase = 1\n%run tools.py", "%%step b\nprint(x)"]
    found = read(tmp_path, *cells, tools="x = base + 1\n")
    assert codes(found)[0] == "CL201"
    assert "uses `base`" in found.diagnostics[0].message
    assert codes(read(tmp_path, cells[0].replace("%run", "%run -i"), cells[1])) == []


def test_a_name_that_its_functions_use_may_not_be_bound_anew(tmp_path: Path) -> None:
    cells = ["%%step a\n%run tools.py", "%%step b\nFACTOR = 4\nprint(scale(1))"]
    found = read(tmp_path, *cells, tools=TOOLS)
    assert codes(found) == ["CL201"]
    assert (found.diagnostics[0].cell, found.diagnostics[0].line) == ("c2", 2)


def test_the_same_import_in_the_notebook_is_no_other_name(tmp_path: Path) -> None:
    tools = "import math\ndef area(r):\n    return math.pi * r\n"
    found = read(tmp_path, "%%step a\n%run tools.py\nimport math", "%%step b\nprint(area(math.e))", tools=tools)
    assert codes(found) == []


def test_cells_of_a_notebook_with_their_magics(tmp_path: Path) -> None:
    (tmp_path / "other.ipynb").write_text(json.dumps(notebook("%matplotlib inline\nx = 1", "def f():\n    return x")))
    found = read(tmp_path, "%%step a\n%run other.ipynb", "%%step b\nprint(f())")
    assert codes(found) == []
    assert edges(found.graph) <= {"a>b:x"}


def test_arguments_and_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "part.py").write_text("import sys, side\nwords = sys.argv[1:]\n")
    found = read(tmp_path, "%%step a\n%run lib/part.py 'a b' 2", "%%step b\nprint(words)")
    code = text(found.graph, "a")
    assert "sys.argv = ['lib/part.py', 'a b', '2']" in code
    assert "sys.path.insert(0, 'lib')" in code
    assert "sys.path.remove('lib')" in code


def test_a_file_that_a_cell_above_writes(tmp_path: Path) -> None:
    cells = ["%%step a\n%%writefile made.py\nx = 1", "%%step b\n%run made.py", "%%step c\nprint(x)"]
    found = read(tmp_path, *cells)
    assert codes(found) == []
    other = read(tmp_path, "%%step a\nopen('made.py', 'w').write('x = 2')", *cells[1:], made="x = 1\n")
    assert codes(other)[0] == "CL201"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("%run nowhere.py", "is not there"),
        ("%run -m tools", "option -m"),
        ("%run {name}", "puts its words together"),
        ("%run /etc/passwd", "does not lie in the notebook's folder"),
        ("%run bad.py", "not valid Python"),
        ("%run place.py", "__file__"),
        ("%run", "names no file"),
        ("if True:\n    %run tools.py", "inside other code"),
    ],
)
def test_what_cannot_be_run_says_why(tmp_path: Path, line: str, why: str) -> None:
    found = read(tmp_path, f"%%step a\n{line}", tools=TOOLS, bad="x = = 1", place="print(__file__)")
    assert codes(found) == ["CL201"]
    assert why in found.diagnostics[0].message
