"""A step's inputs and outputs in this process."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.api.handle import Run
from cellift.api.loading import CannotLoadError
from cellift.api.run_text import run_lines
from cellift.api.text import UnknownNameError
from cellift.engine.launch import start_notebook
from cellift.runs.store import RunStore

CELLS = (
    "import math\nn = 3\nclass Box:\n    def __init__(self, x): self.x = x\ndef double(x):\n    return 2 * x",
    "%%step make\nbox = Box([1, n])\nother = [4]",
    "%%step use\nhalf = double(box.x[1]) / 4",
    "print(math.floor(half) / 0)",
    "%%step after\nprint(half)",
)


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a kernel has: a namespace that is the module ``__main__``."""
    module = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module.__dict__


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    store = RunStore(tmp_path / "home")

    def go(*cells: str) -> Run:
        document = {
            "cells": [
                {"id": f"c{place}", "cell_type": "code", "metadata": {}, "source": source, "outputs": []}
                for place, source in enumerate(cells)
            ],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        launch = start_notebook(
            json.dumps(document), str(tmp_path / "nb.ipynb"), home=store.home, python=sys.executable
        )
        return Run(launch.run_id, store).wait(60)

    yield go
    store.close()


def test_the_inputs_of_a_failed_step_come_with_what_it_copies_so_that_its_cells_can_be_run(
    ran: Callable[..., Run], main: dict[str, Any]
) -> None:
    run = ran(*CELLS)
    assert run["use"].state == "FAILED"
    loaded = run.load("use")
    exec("half = double(box.x[1]) / 4\nassert math.floor(half) == 1 and isinstance(box, Box)", main)
    assert [(row[0], row[3]) for row in loaded.rows] == [("box", "make")]
    text = repr(loaded).split("\n")
    assert text[0].split() == ["Name", "Type", "Size", "From"]
    assert "Step use can be run from here: cells 3, 4." in text[-1]
    assert "cell 1 (imports" in text[-2]


def test_outputs_instead_of_inputs(ran: Callable[..., Run], main: dict[str, Any]) -> None:
    loaded = ran(*CELLS).load("make", outputs=True)
    assert main["box"].x == [1, 3]
    assert ("box", "make") in [(row[0], row[3]) for row in loaded.rows]


def test_parameters_are_those_of_the_run(ran: Callable[..., Run], main: dict[str, Any]) -> None:
    run = ran("%%step a\nx = 1", "%%step b\nprint(x)")
    namespace: dict[str, Any] = {}
    run.load("b", namespace=namespace)
    assert namespace["x"] == 1
    assert "x" not in main, "only where it was asked for"


def test_a_step_that_takes_nothing_says_so(ran: Callable[..., Run], main: dict[str, Any]) -> None:
    assert repr(ran("%%step a\nx = 1").load("a")).startswith("Step a takes no values.")
    assert "x" not in main


def test_an_unknown_step_is_told_with_the_closest_one(ran: Callable[..., Run]) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean make"):
        ran(*CELLS).load("mkae")


def test_a_step_behind_the_failed_one_names_what_is_missing(ran: Callable[..., Run], main: dict[str, Any]) -> None:
    run = ran(*CELLS)
    with pytest.raises(CannotLoadError, match="Step after takes `half` from step use, which failed"):
        run.load("after")
    with pytest.raises(CannotLoadError, match="no outputs"):
        run.load("use", outputs=True)
    assert "half" not in main


def test_values_that_are_gone_are_told(ran: Callable[..., Run], main: dict[str, Any]) -> None:
    run = ran(*CELLS)
    for file in (run.folder / "values" / "make").iterdir():
        file.unlink()
    with pytest.raises(CannotLoadError, match="values of step make are gone"):
        run.load("use")
    assert "box" not in main


def test_a_value_that_cannot_be_read_here_is_named_and_the_others_are_there(
    ran: Callable[..., Run], main: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_there.py").write_text("class Thing: pass\n")
    run = ran("import only_there", "%%step a\nx = only_there.Thing()\ny = 2", "%%step b\nprint(x, y)")
    assert run.state == "SUCCEEDED"
    with pytest.raises(CannotLoadError, match="The set-up of step a failed here, at cell 1, line 1: ModuleNotFound"):
        run.load("a", outputs=True)
    with pytest.raises(CannotLoadError) as caught:
        run.load("b")
    assert "`x` cannot be read here" in str(caught.value)
    assert "Install only_there" in str(caught.value)
    assert "Loaded: y" in str(caught.value)
    assert main["y"] == 2


def test_only_what_the_journal_recorded_is_unpickled(
    ran: Callable[..., Run], main: dict[str, Any], tmp_path: Path
) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "sprung",)

    run = ran(*CELLS)
    values.write(run.folder / "values" / "make", {"box": Trap(), "other": [4]})
    with pytest.raises(CannotLoadError, match="`box` is not what the step wrote"):
        run.load("use")
    assert not (tmp_path / "sprung").exists()


def test_the_message_of_a_failed_step_tells_of_it(ran: Callable[..., Run]) -> None:
    run = ran(*CELLS)
    lines = run_lines(run.record)
    assert lines[-1] == f"%pipeline load {run.id[:13]} use puts its inputs into this notebook."
    assert "%pipeline load" in run._repr_mimebundle_()["text/html"]
    assert not any("%pipeline load" in line for line in run_lines(ran("%%step a\nx = 1").record))
