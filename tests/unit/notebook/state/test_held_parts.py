"""Names that hold what a module beside the notebook keeps: who uses them needs the module as it is by then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import edges, notebook

HELPERS = """
import numpy as np
ROWS = [1, 2]
TABLE = np.arange(3)
other = None
class Model:
    made = []
    def __init__(self):
        Model.made.append(1)
def bump():
    tracker.see(0)
    ROWS.append(3)
    TABLE[0] += 1
def rows():
    return ROWS
class Tracker:
    def __init__(self):
        self.seen = []
    def see(self, x):
        self.seen.append(x)
        return self
tracker = Tracker()
def see(x):
    return tracker.see(x)
def load():
    global other
    other = object()
    return np.array(other)
"""
STATE = "state:module:helpers:"


def beside(folder: Path, *cells: str) -> Analysis:
    """The analysis of a notebook in the folder."""
    return analyse(parse_notebook(notebook(*cells), str(folder / "nb.ipynb")), Project(folder))


@pytest.fixture
def taken(tmp_path: Path) -> Any:
    """States of the module that step ``use`` takes, with the steps that give them; ``bump()`` is called before it."""

    def look(makes: str, use: str = "print(h)") -> set[str]:
        (tmp_path / "helpers.py").write_text(HELPERS)
        cells = ("import helpers", f"%%step make\n{makes}", "%%step bump\nhelpers.bump()", f"%%step use\n{use}")
        found = beside(tmp_path, *cells)
        assert found.ok, [diagnostic.message for diagnostic in found.diagnostics]
        return {each.replace(STATE, "") for each in edges(found.graph) if ">use:" in each and STATE in each}

    return look


@pytest.mark.parametrize(
    ("makes", "slot"),
    [
        ("h = {'r': helpers.ROWS}", "ROWS"),
        ("h = [helpers.TABLE]", "TABLE"),
        ("h = [helpers.rows()]", "ROWS"),
        ("h = []\nh.append(helpers.ROWS)", "ROWS"),
        ("h = helpers.see(1)", "tracker"),
        ("h = [helpers.tracker.see(1)]", "tracker"),
        ("g = [helpers.see(1)]\nh = g[0].see(2)", "tracker"),
        ("h = {}\nh['r'] = helpers.ROWS", "ROWS"),
        ("g = [helpers.ROWS]\nh = [g]", "ROWS"),
        ("for h in [helpers.ROWS]:\n    pass", "ROWS"),
        ("for h in [helpers.rows()]:\n    pass", "ROWS"),
        ("h = []\nif len(h) == 0:\n    h = [helpers.ROWS]", "ROWS"),
        ("g = [helpers.ROWS]\nh = []\nfor each in g:\n    h.append(each)", "ROWS"),
    ],
)
def test_the_state_comes_with_what_holds_it(taken: Any, makes: str, slot: str) -> None:
    assert f"bump>use:{slot}" in taken(makes)


def test_an_object_of_a_class_has_what_making_it_takes(taken: Any) -> None:
    assert taken("h = helpers.Model()") == {"make>use:Model"}


@pytest.mark.parametrize(
    "makes",
    [
        "h = len(helpers.ROWS)",
        "h = helpers.load()",
        "h = [helpers.ROWS]\nh = [1]",
        "g = [helpers.ROWS]\nh = [len(g)]",
        "import helpers as other\ndef h(x=(1, 2)):\n    return [helpers.ROWS]\nh = [2]",
    ],
)
def test_what_holds_nothing_of_it_stands_alone(taken: Any, makes: str) -> None:
    assert taken(makes) == set()


def test_a_function_of_the_notebook_that_uses_such_a_name_needs_it_too(taken: Any) -> None:
    assert "bump>use:ROWS" in taken("h = [helpers.ROWS]\ndef show():\n    return h", "print(show())")


def test_a_change_of_what_it_holds_changes_the_module(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(HELPERS)
    cells = (
        "import helpers",
        "%%step make\nh = [helpers.ROWS]",
        "%%step change\nh[0].append(1)",
        "%%step use\nhelpers.bump()",
    )
    found = beside(tmp_path, *cells)
    assert f"change>use:{STATE}ROWS" in edges(found.graph)


def test_what_was_imported_is_not_looked_at_twice(taken: Any) -> None:
    assert taken("from helpers import ROWS\nROWS.append(2)\nh = 1", "print(h)") == set()


def test_what_holds_what_a_variable_has_got_comes_from_one_step_with_it(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("LIMIT = [1]\nclass A:\n    def __init__(self): self.limit = LIMIT")
    cells = (
        "import helpers",
        "%%step set\nhelpers.LIMIT = [2]",
        "%%step make\nh = helpers.A()",
        "%%step use\nprint(h, helpers.LIMIT)",
    )
    found = beside(tmp_path, *cells)
    assert {each for each in edges(found.graph) if ">use:" in each} == {"make>use:h", f"make>use:{STATE}LIMIT"}


@pytest.mark.parametrize(
    ("imports", "kept"), [("from .store import Store", True), ("from collections import UserList as Store", False)]
)
def test_an_object_of_a_class_that_a_package_imports_from_itself_keeps_something(
    tmp_path: Path, imports: str, kept: bool
) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text(f"{imports}\ndefault = Store()")
    (tmp_path / "pkg/store.py").write_text("class Store:\n    n = 0\n    def put(self, x):\n        Store.n += 1")
    cells = ("import pkg", "%%step a\npkg.default.put(1)", "%%step b\nprint(pkg.default.put(2))")
    found = beside(tmp_path, *cells)
    assert any("state:module:pkg" in each for each in edges(found.graph)) is kept
