"""What functions of modules beside the notebook do to what they are given."""

from __future__ import annotations

from pathlib import Path

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.scopes.local_functions import LocalFunctions
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import edges, notebook

_MODULE = """
ITEMS = []
def put(where, what):
    where.append(what)
def keep(what):
    ITEMS.append(what)
"""


def test_what_a_function_puts_into_variables_of_its_module_is_no_business_of_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "boxes.py").write_text(_MODULE)
    functions = LocalFunctions(Project(tmp_path))
    put, keep = functions.body("boxes.put"), functions.body("boxes.keep")
    assert put is not None
    assert keep is not None
    assert put.stored == {("where", "what")}
    assert keep.stored == set()


def test_only_functions_of_modules_beside_the_notebook_are_known(tmp_path: Path) -> None:
    (tmp_path / "boxes.py").write_text(_MODULE)
    functions = LocalFunctions(Project(tmp_path))
    assert [functions.body(name) for name in ("boxes.ITEMS", "boxes", "json.loads", "", ".put")] == [None] * 5


def test_what_a_function_beside_the_notebook_puts_into_something_shares_its_object(tmp_path: Path) -> None:
    (tmp_path / "boxes.py").write_text(_MODULE)
    cells = ["from boxes import put", "%%step a\nd = []\nl = []", "%%step b\nput(d, l)", "%%step c\nl.append(1)"]
    found = analyse(parse_notebook(notebook(*cells, "%%step e\nprint(d)")), Project(tmp_path))
    assert "c>e:d" in edges(found.graph)


def test_a_function_gives_what_its_returns_lend_and_not_what_it_lends_inside(tmp_path: Path) -> None:
    (tmp_path / "boxes.py").write_text(
        "box = make()\ndef look():\n    box.me()\n    return 1\ndef give():\n    return box.me()\n"
    )
    functions = LocalFunctions(Project(tmp_path))
    assert functions.gives("boxes.look", {"me"}) == []
    assert functions.gives("boxes.give", {"me"}) == ["boxes.box"]
