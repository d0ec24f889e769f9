"""Whose files a step takes where steps share no folder: all above that may write what it uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import edges, graph_of, notebook, step


def beside(folder: Path, *cells: str):
    return analyse(parse_notebook(notebook(*cells)), Project(folder)).graph


@pytest.mark.parametrize(
    ("above", "below", "taken"),
    [
        ("open('x.csv', 'w')", "open('x.csv')", True),
        ("open('x.csv', 'w')", "open('y.csv')", False),
        ("open('x.csv')", "open('x.csv')", False),
        ("open('x.csv', 'w')", "open('x.csv', 'a')", True),
        ("open('x.csv', 'w')", "import glob\nglob.glob('*.csv')", True),
        ("!touch x", "open('x')", True),
        ("open('x.csv', 'w')", "!cat x.csv", True),
        ("%%writefile m.py\n1", "import m", True),
        ("import os\nos.mkdir('inner')", "%cd -q inner", True),
        ("%%writefile p/__init__.py\n1", "import p", True),
        ("import numpy as np\nnp.save('x.npy', 1)", "import json", False),
    ],
)
def test_who_may_write_what_is_used(above: str, below: str, taken: bool) -> None:
    graph = graph_of(f"%%step a\n{above}", f"%%step b\n{below}")
    assert step(graph, "b").file_sources == (("a",) if taken else ())


def test_each_writer_counts_not_only_the_last() -> None:
    write = "open('x', 'a').write('1')"
    graph = graph_of(f"%%step a\n{write}", f"%%step b\n{write}", "%%step c\nprint(open('x').read())")
    assert step(graph, "c").file_sources == ("a", "b")


def test_a_file_that_is_nowhere_may_come_from_any_step_above(tmp_path: Path) -> None:
    cells = ["%%step a\nx = 1", "%%step b\ny = 2", "%%step c\nopen('made.bin')"]
    graph = beside(tmp_path, *cells)
    assert step(graph, "c").file_sources == ("a", "b")
    assert edges(graph) == {"a>c:files:", "b>c:files:"}
    (tmp_path / "made.bin").write_text("")
    assert step(beside(tmp_path, *cells), "c").file_sources == ()


def test_a_file_that_the_step_makes_itself_comes_from_nobody(tmp_path: Path) -> None:
    graph = beside(tmp_path, "%%step a\nx = 1", "%%step b\nopen('made.bin', 'w')\nopen('made.bin')")
    assert step(graph, "b").file_sources == ()


def test_a_module_that_is_nowhere_may_be_made_by_a_command(tmp_path: Path) -> None:
    cells = ["%%step a\n!git clone where", "%%step b\nimport json", "%%step c\nimport nowhere_to_be_found"]
    graph = beside(tmp_path, *cells)
    assert step(graph, "b").file_sources == ()
    assert step(graph, "c").file_sources == ("a",)


@pytest.mark.parametrize(
    ("imports", "taken"),
    [
        ("import json.decoder, nowhere.tool", True),
        ("import nowhere.tool, json.decoder", True),
        ("import json.decoder", False),
        ("from nowhere import json", True),
        ("from json.decoder import JSONDecoder", False),
    ],
)
def test_a_module_is_where_its_package_is(tmp_path: Path, imports: str, taken: bool) -> None:
    graph = beside(tmp_path, "%%step a\n!git clone where", f"%%step b\n{imports}")
    assert step(graph, "b").file_sources == (("a",) if taken else ())


@pytest.mark.parametrize(
    ("target", "made"),
    [("helper.py", True), ("lib/helper.py", True), ("helper", False), ("https://host/helper.py", False)],
)
def test_a_command_may_write_the_module_that_a_text_beside_it_names(tmp_path: Path, target: str, made: bool) -> None:
    (tmp_path / "helper.py").write_text("x = 1\n")
    build = f"def build(target='{target}'):\n    !make {{target}}"
    graph = beside(tmp_path, build, "%%step a\nbuild()", "%%step b\nimport helper\nprint(helper.x)")
    assert step(graph, "b").file_sources == (("a",) if made else ())


def test_many_users_of_files_hand_them_on_from_one_to_the_next() -> None:
    graph = graph_of(*(f"%%step s{number}\n!touch x{number}" for number in range(40)))
    assert [one.file_sources for one in graph.steps[:3]] == [(), ("s0",), ("s1",)]
    assert [one.hands_on_files for one in graph.steps[:3]] == [False, True, True]
