"""Rules of marks, parameters, Kale's settings, last values and state beside the notebook, one a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.kale.importing import import_kale
from cellift.notebook.kale.tags import has_marks, read_tags
from cellift.notebook.magics.install_commands import read_install
from cellift.notebook.magics.installs import fits
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import PARAMETERS, analysed, codes, edges, graph_of, notebook, step, text


@pytest.mark.parametrize("statement", ["from math import *", "import a as b", "import a.b", "from c import a"])
def test_an_import_in_the_parameters_cell_may_bind_what_was_known(statement: str) -> None:
    cells = notebook((f"a = 1\n{statement}\nb = a + 1", PARAMETERS), "%%step s\nx = 1")
    graph = analyse(parse_notebook(cells), Project()).graph
    known = {one.name for one in graph.parameters}
    expected = {"from math import *": {"a"}, "import a as b": {"a"}, "import a.b": set(), "from c import a": set()}
    assert known == expected[statement]


@pytest.mark.parametrize(
    "statement",
    [
        "def a(): pass",
        "class a: pass",
        "def f():\n    global a",
        "try:\n    pass\nexcept KeyError as a:\n    pass",
        "match 1:\n    case a:\n        pass",
        "match []:\n    case [*a]:\n        pass",
        "match {}:\n    case {'k': 1, **a}:\n        pass",
    ],
)
def test_what_another_statement_binds_too_is_no_parameter(statement: str) -> None:
    graph = graph_of((f"a = 1\n{statement}", PARAMETERS), "%%step s\nx = 1")
    assert list(graph.parameters) == []


def test_a_parameter_that_is_made_of_itself_can_be_overridden_alone() -> None:
    [one] = graph_of(("a = 1\na = a + 1", PARAMETERS), "%%step s\nx = 1").parameters
    assert (one.default, list(one.derived_from)) == (2, [])


def test_a_number_may_be_used_before_it_is_a_parameter_of_another() -> None:
    graph = graph_of(("a = 1\nprint(a)\nb = a + 1", PARAMETERS), "%%step s\nx = 1")
    assert [one.name for one in graph.parameters] == ["a", "b"]


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ({"cellift": []}, "CL108"),
        ({"cellift": {"step": "a", "options": {"output": 5}}}, "CL108"),
        ({"cellift": {"step": "a", "options": {"output": ["x", ""]}}}, "CL108"),
    ],
)
def test_metadata_that_cannot_be_read_is_told(mark: dict[str, Any], code: str) -> None:
    assert code in codes(analysed(("x = 1", mark), "%%step b\ny = 1"))


def test_kale_s_skip_is_ours_and_tags_that_are_no_texts_are_nobody_s() -> None:
    roles = analysed(("x = 1", {"tags": ["skip"]}), ("y = 1", {"tags": [5, None, "step:a"]})).graph.cells
    assert [one.role for one in roles] == ["skip", "step"]


def test_cells_that_are_no_code_are_of_no_step() -> None:
    made = notebook("%%step a\nx = 1")
    made["cells"].insert(0, {"cell_type": "markdown", "id": "m", "source": "%%step b", "metadata": {}})
    assert [(one.cell, one.step) for one in analyse(parse_notebook(made)).graph.cells] == [("m", None), ("c1", "a")]


def test_options_of_a_step_s_cells_are_merged_once() -> None:
    mark = {"cellift": {"step": "a", "options": {"output": ["x"]}}}
    graph = graph_of(("x = 1", mark), ("y = 2", mark), "%%step b\nz = 3")
    assert list(step(graph, "a").outputs) == ["x"]


@pytest.mark.parametrize("metadata", [None, [], "text"])
def test_a_notebook_whose_metadata_is_none_is_read(metadata: Any) -> None:
    made = {**notebook("%%step a\nx = 1"), "metadata": metadata}
    try:
        assert len(parse_notebook(made).cells) == 1
    except Exception as error:  # noqa: BLE001 - or it is refused as no notebook
        assert type(error).__name__ == "RefusedError"


@pytest.mark.parametrize(
    ("version", "clauses", "expected"),
    [("1.0", "===1.0", True), ("1.0", "===1.0.0", False), ("1.0", "==1.0.0", True), ("1.0.post1", "===1.0", False)],
)
def test_three_signs_compare_the_text(version: str, clauses: str, expected: bool) -> None:
    assert fits(version, clauses) is expected


def test_files_of_requirements_that_name_each_other_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r b.txt\n")
    (tmp_path / "b.txt").write_text("-r a.txt\nno-such-package-of-cellift\n")
    cells = notebook("%pip install -r a.txt", "%%step a\nx = 1")
    found = analyse(parse_notebook(cells, str(tmp_path / "nb.ipynb")), Project(tmp_path))
    assert "no-such-package-of-cellift" in str(found)


@pytest.mark.parametrize(
    ("command", "requirements", "unseen"),
    [
        ("pip -q install a", ("a",), None),
        ("conda install -y a=1", ("a==1",), None),
        ("pip install a==1", ("a==1",), None),
        ("pip install a && ls", (), "&&"),
        ("pip install a; ls", (), "a;"),
    ],
)
def test_commands_that_install(command: str, requirements: tuple[str, ...], unseen: str | None) -> None:
    found = read_install(command)
    assert found is not None
    assert (found.requirements, found.unseen) == (requirements, unseen)


@pytest.mark.parametrize(
    ("setting", "kind", "words"),
    [
        ("cache:disabled", "taken", "caching is off"),
        ("cache:enabled", "impossible", "not taken from a cache"),
        ("report:x", "note", "plots and last values"),
        ("image:x", "impossible", "no image of their own"),
        ("package:x", "impossible", "set it yourself: --package"),
        ("colour:x", "impossible", "no such setting"),
    ],
)
def test_defaults_of_kale_s_steps(setting: str, kind: str, words: str) -> None:
    kale = {"steps_defaults": [setting]}
    cell = ("x = 1", {"tags": ["step:a"]})
    found = import_kale(notebook(cell, kubeflow_notebook=kale), "nb.ipynb")
    [item] = [one for one in found.report if "steps_defaults" in one.what]
    assert (item.kind, words in str(item)) == (kind, True)


def test_marks_of_kale_are_in_the_notebook_or_in_its_cells() -> None:
    assert has_marks(notebook("x = 1", kubeflow_notebook={}))
    assert has_marks(notebook(("x = 1", {"tags": ["step:a"]})))
    assert not has_marks(notebook("x = 1", kubeflow_notebook=[]))
    assert read_tags({"tags": [5, "step:a"]}).name == "a"


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("1 + 1", True),
        ("x = 5", False),
        ("print(1)", False),
        ("display(1)", False),
        ("1 + 1;", False),
        ("1 + 1\nx = 5", False),
    ],
)
def test_a_last_value_is_there_when_the_cell_above_shows_one(above: str, expected: bool) -> None:
    cells = ((f"{above}", {"cellift": {"step": "a"}}), "y = _")
    assert ("CL109" in codes(analysed(*cells)) or not analysed(*cells).ok) is not expected


def test_a_last_value_of_the_same_cell_or_of_another_step_is_none() -> None:
    assert not analysed(("1 + 1\ny = _", {"cellift": {"step": "a"}})).ok
    assert not analysed("%%step a\n1 + 1", "%%step b\ny = _").ok


@pytest.fixture
def beside(tmp_path: Path) -> Any:
    def make(helpers: str, *cells: str) -> Analysis:
        (tmp_path / "helpers.py").write_text(helpers)
        return analyse(parse_notebook(notebook(*cells), str(tmp_path / "nb.ipynb")), Project(tmp_path))

    return make


KEEPS = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)"


@pytest.mark.parametrize(
    "cells",
    [
        ("from helpers import *", "%%step a\nf(1)", "%%step b\nprint(f(2))"),
        ("import helpers as h", "%%step a\nh.f(1)", "%%step b\nprint(h.f(2))"),
        ("from helpers import f as g", "%%step a\ng(1)", "%%step b\nprint(g(2))"),
        ("import helpers", "%%step a\nhelpers.seen.append(1)", "%%step b\nprint(helpers.f(2))"),
        ("import helpers", "%%step a\ndef g():\n    return helpers.f(1)\ng()", "%%step b\nprint(helpers.f(2))"),
        ("import helpers", "%%step a\ndef g(v=helpers.f(1)):\n    pass", "%%step b\nprint(helpers.f(2))"),
        ("import helpers", "%%step a\ndef g(*, w, v=helpers.f(1)):\n    pass", "%%step b\nprint(helpers.f(2))"),
    ],
)
def test_state_of_a_module_travels_however_it_is_imported_and_called(beside: Any, cells: tuple[str, ...]) -> None:
    analysis = beside(KEEPS, *cells)
    assert analysis.ok, [one.message for one in analysis.diagnostics]
    assert [one for one in edges(analysis.graph) if one.startswith("a>b:")]


def test_only_the_state_of_the_reloaded_module_is_made_anew(beside: Any, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("rows = []\ndef g(x):\n    rows.append(x)\n    return rows")
    cells = ("import helpers, other, importlib", "%%step a\nother.g(1)", "%%step b\nimportlib.reload(helpers)")
    assert edges(beside(KEEPS, *cells).graph) == set()


def test_a_cache_of_a_module_that_two_steps_use_is_told_and_of_one_step_is_not(beside: Any) -> None:
    cached = "import functools\n@same\n@functools.lru_cache\ndef f(x):\n    print(x)\n    return x"
    twice = beside(cached, "import helpers", "%%step a\nhelpers.f(1)", "%%step b\nhelpers.f(1)")
    once = beside(cached, "import helpers", "%%step a\nhelpers.f(1)\nhelpers.f(1)", "%%step b\nx = 1")
    assert ("CL302" in codes(twice), "CL302" in codes(once)) == (True, False)


def test_what_a_function_of_a_module_gives_back_of_its_arguments_shares_with_them(beside: Any) -> None:
    helpers = "def same(rows):\n    return rows\ndef fill(rows):\n    rows.append(1)"
    cells = (
        "import helpers",
        "%%step a\nr = [[]]\ns = helpers.same(r)",
        "%%step b\nhelpers.fill(s)",
        "%%step c\nprint(r)",
    )
    assert "b>c:r" in edges(beside(helpers, *cells).graph)


def test_a_module_that_is_written_after_its_import_is_told(beside: Any) -> None:
    analysis = beside(
        KEEPS, "import helpers", "%%step a\nopen('helpers.py', 'w').write('x = 1')", "%%step b\nhelpers.f(1)"
    )
    assert "CL302" in codes(analysis)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("def put(where, what):\n    place = where\n    place.x = what", True),
        ("def put(where, what):\n    for place in where:\n        place.x = what", True),
        ("def put(where, what):\n    place: object = where\n    place.x = what", True),
        ("def put(where, what):\n    place: object\n    place = 5", False),
    ],
)
def test_a_local_name_for_a_parameter_puts_into_the_parameter(function: str, expected: bool) -> None:
    cells = (
        function,
        "%%step a\nd = load()\nl = [[]]",
        "%%step b\nput(d, l)",
        "%%step c\nl.append(1)",
        "%%step e\nprint(d)",
    )
    graph = graph_of(f"from somewhere import load\n{cells[0]}", *cells[1:])
    assert ("c>e:d" in edges(graph)) is expected


def test_the_slice_of_a_statement_ends_with_its_semicolon() -> None:
    assert text(graph_of("%%step a\n1 + 1 ;"), "a").rstrip().endswith(";")
