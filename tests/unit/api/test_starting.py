from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import cellift
from cellift.api.own_notebook import OwnNotebookError
from cellift.notebook.diagnostics import RefusedError
from cellift.runs.store import RunStore


def save(path: Path, *sources: str) -> Path:
    cells = [
        {"id": f"c{n}", "cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for n, source in enumerate(sources, 1)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_a_run_starts_in_the_notebooks_folder_and_gives_its_values(home: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = save(tmp_path / "sub" / "nb.ipynb", "%%step where --output here\nimport os\nhere = os.getcwd()")
    run = cellift.run(path, wait=True)
    assert (run.state, run["where"]["here"]) == ("SUCCEEDED", str(tmp_path / "sub"))


def test_the_quickstart_gives_its_results_back(home: Path, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parents[3] / "examples" / "quickstart.ipynb", tmp_path)
    run = cellift.run(tmp_path / "quickstart.ipynb", wait=True)
    assert run.state == "SUCCEEDED", run.error
    assert run["compare"]["accuracy"] == pytest.approx(0.963, abs=0.0005)
    (row,) = RunStore(home).list()["runs"]
    assert row["metric"] is not None
    assert row["metric"]["key"] == "accuracy"


def test_a_refused_notebook_raises_with_its_diagnostics_and_leaves_no_record(home: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as error:
        cellift.run(save(tmp_path / "nb.ipynb", "%%step one\nx = missing"))
    assert [one.code for one in error.value.diagnostics] == ["CL104"]
    assert RunStore(home).list()["runs"] == []


def test_warnings_come_with_the_run_that_was_started(home: Path, tmp_path: Path) -> None:
    source = "%%step one\nx = 1\n%tensorboard --logdir logs"
    path = save(tmp_path / "nb.ipynb", source, "%%step two\nx")
    run = cellift.run(path, wait=True)
    assert [one.severity for one in run.diagnostics] == ["warning"]
    assert cellift.runs()[0].diagnostics == ()


def test_cancel_ends_a_run_and_again_does_nothing(home: Path, tmp_path: Path) -> None:
    run = cellift.run(save(tmp_path / "nb.ipynb", "%%step long\nimport time\ntime.sleep(60)"))
    assert (run.cancel().state, run.error) == ("CANCELLED", None)
    assert run.cancel().state == "CANCELLED"


def test_a_step_does_not_start_its_own_notebook(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "nb.ipynb", "%%step one\nx = 1")
    outer = cellift.run(path, wait=True)
    monkeypatch.setenv("CELLIFT_RUN_ID", outer.id)
    with pytest.raises(OwnNotebookError, match="Mark the cell as skipped"):
        cellift.run(path)
    assert cellift.run(save(tmp_path / "other.ipynb", "%%step one\nx = 1"), wait=True).state == "SUCCEEDED"
