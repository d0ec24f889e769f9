"""Cells that start runs or read their results are for the notebook only."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import CellText, analysed, codes

STEP = "%%step a\nx = len('a')"
SKIPPED = {"cellift": {"skip": True}}


def roles(*cells: CellText) -> list[str]:
    return [cell.role for cell in analysed(*cells).graph.cells]


@pytest.mark.parametrize(
    "cell",
    [
        "run = %pipeline run\nrun.wait()",
        "run = %pipeline run \\\n  -p n=3\nprint(run)",
        "import cellift\nrun = cellift.run()",
        "print(cellift.runs())",
    ],
)
def test_a_cell_that_starts_a_run_and_does_more_is_left_out_and_that_is_told(cell: str) -> None:
    assert roles(STEP, cell, "print(x)") == ["step", "skip", "step"]
    assert codes(analysed(STEP, cell, "print(x)")) == ["CL117"]


def test_cells_that_use_a_run_are_left_out_as_well() -> None:
    cells = [STEP, "run = %pipeline run", "accuracy = run['a']['x']", "def show():\n    print(accuracy)", "print(x)"]
    assert roles(*cells) == ["step", "skip", "skip", "skip", "step"]


def test_a_marked_step_that_uses_a_run_is_an_error_at_the_use() -> None:
    analysis = analysed(STEP, "run = %pipeline run", "%%step b\nprint(1)\nprint(run.state)")
    (found,) = analysis.diagnostics
    assert (found.code, found.cell, found.line, found.column) == ("CL116", "c3", 3, 7)
    assert "cell 2" in found.message


def test_data_that_such_a_cell_changes_cannot_be_used_by_a_step() -> None:
    changed = ["%%step a\nrows = [1]", "run = %pipeline run\nrows.append(2)", "%%step b\nprint(rows)"]
    assert "CL116" in codes(analysed(*changed))


def test_a_name_that_a_step_binds_again_is_the_steps_own() -> None:
    cells = [STEP, "run = %pipeline run", "%%step b\nrun = len('b')", "print(run)"]
    assert codes(analysed(*cells)) == []
    assert roles(*cells) == ["step", "skip", "step", "step"]


def test_the_word_alone_starts_nothing() -> None:
    assert roles(STEP, "print('cellift.run()')") == ["step", "step"]


def test_a_cell_that_binds_the_run_anew_is_told_of_the_cell_that_made_it() -> None:
    (found,) = analysed(STEP, "run = %pipeline run", "run = run.wait()").diagnostics
    assert found.message == "Cell 3 is not part of the pipeline: it uses `run` of cell 2."
