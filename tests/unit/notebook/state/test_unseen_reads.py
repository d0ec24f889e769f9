"""State of modules that an earlier step hands on reaches steps in which code of the modules may ask for it unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.project.snapshot import Project
from unit.notebook.make_notebook import edges, notebook

_MODELS = (
    "level = 1\ndef set_level(n):\n    global level\n    level = n\ndef get():\n    return level\ndef plain(): pass\n"
)
_STATE = "state:module:models:level"


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """The edges of a notebook with ``models.py`` beside it, as ``a>b:x``."""

    def make(*cells: str) -> set[str]:
        (tmp_path / "models.py").write_text(_MODELS)
        analysis = analyse(parse_notebook(notebook(*cells), str(tmp_path / "nb.ipynb")), Project(tmp_path))
        assert analysis.ok, [d.message for d in analysis.diagnostics]
        return edges(analysis.graph)

    return make


@pytest.mark.parametrize("order", ["unseen before seen", "seen before unseen"])
def test_what_anybody_takes_every_later_step_takes_that_uses_a_module(found, order):
    steps = ["%%step seen\nprint(models.level)", "%%step unseen\nmodels.plain()"]
    cells = ["import models", "%%step set\nmodels.set_level(5)", *steps[:: 1 if order.startswith("seen") else -1]]
    assert found(*cells) == {f"set>seen:{_STATE}", f"set>unseen:{_STATE}"}


def test_it_comes_from_a_step_that_may_have_changed_it_although_nobody_sees_who_takes_that(found):
    cells = "%%step maybe\nmodels.get()", "%%step unseen\nmodels.plain()"
    assert f"maybe>unseen:{_STATE}" in found("import models", "%%step set\nmodels.set_level(5)", *cells)


def test_a_step_without_code_of_modules_does_not_take_it(found):
    cells = "import models", "%%step set\nmodels.set_level(5)", "%%step other\nprint(3)", "%%step seen\nmodels.get()"
    assert found(*cells) == {f"set>seen:{_STATE}"}


def test_a_value_that_code_of_a_module_made_may_ask_for_it(found):
    make = "%%step make\nimport models\nx = models.plain()\ny = 1"
    set_it, seen = "%%step set\nmodels.set_level(5)", "%%step seen\nmodels.get()"
    assert f"set>use:{_STATE}" in found(make, set_it, "%%step use\nz = [x]\nprint(z)", seen)
    assert f"set>use:{_STATE}" not in found(make, set_it, "%%step use\nz = [1]\nprint(z)", seen)


def test_it_comes_from_the_last_step_above_that_changes_it(found):
    change = "models.set_level(models.get())"
    cells = f"%%step one\n{change}", "%%step x\nmodels.plain()", f"%%step two\n{change}", "%%step y\nmodels.plain()"
    edges_of = found("import models", *cells, "%%step seen\nmodels.get()")
    assert edges_of == {f"one>{each}:{_STATE}" for each in ("x", "two")} | {
        f"two>{each}:{_STATE}" for each in ("y", "seen")
    }


def test_what_nobody_takes_is_left_to_the_guard_of_the_runner(found):
    set_it = "%%step set\nmodels.set_level(5)\nprint(models.level)"
    assert found("import models", set_it, "%%step other\nmodels.plain()") == set()


def test_a_step_that_takes_what_it_was_at_first_does_not_get_another_one(found):
    """It reads and changes the state itself: that is the one that it has."""
    change = "models.set_level(models.get())"
    cells = f"%%step one\n{change}", f"%%step two\n{change}\nmodels.plain()", "%%step seen\nmodels.get()"
    assert found("import models", *cells) == {f"one>two:{_STATE}", f"two>seen:{_STATE}"}


def test_a_step_that_sets_it_later_itself_takes_it_first(found):
    use = "%%step use\nmodels.plain()\nmodels.level = 3\nprint(models.level)"
    cells = "import models", "%%step set\nmodels.set_level(5)", "%%step seen\nprint(models.level)", use
    assert f"set>use:{_STATE}" in found(*cells)
