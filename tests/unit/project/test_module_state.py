"""What functions of modules beside the notebook do to state, told from their source."""

from __future__ import annotations

from pathlib import Path

from cellift.project.module_state import module_state
from cellift.project.snapshot import Project

_BY_NAME = """
import importlib, os
rows = []
def load(name):
    return importlib.import_module(name)
def go():
    os.environ["MODE"] = "fast"
    rows.append(1)
"""


def test_who_imports_by_name_may_ask_for_what_modules_keep_and_for_nothing_of_the_process(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(_BY_NAME)
    state = module_state(Project(tmp_path), ["helpers"])
    assert state.slots == {"state:environ", "helpers:rows"}
    assert state.names["helpers.load"].reads == state.names["helpers.load"].changes == {"helpers:rows"}
