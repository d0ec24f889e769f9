"""Cases of the corpus once more, as graphs that run in plain Python: soon told, when a rule of the analysis is gone.

The corpus itself runs them as real pipelines. Here are those that ``corpus_as_graphs.txt`` names: what needs nothing of
the runner, and what is refused before the run.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook
from truth.percent import Case, read_cases
from unit.notebook.graph_oracle import run_graph, run_notebook

_NAMES = Path(__file__).with_name("corpus_as_graphs.txt").read_text(encoding="utf-8").split()
_FILES = sorted((Path(__file__).parents[2] / "truth" / "cases").glob("*.cells"))
_CASES = {case.name: case for path in _FILES for case in read_cases(path)}


def texts_of(case: Case) -> dict[str, str]:
    """Cell id -> code, as the notebook runs it."""
    kept = [cell for cell in case.cells if not cell["metadata"].get("cellift", {}).get("skip")]
    sources = {cell["id"]: cell["source"] for cell in kept}
    return {key: text.partition("\n")[2] if text.startswith("%%step") else text for key, text in sources.items()}


def errors_of(analysis: Analysis) -> list[str]:
    return [found.code for found in analysis.diagnostics if found.severity == "error"]


def printed(ran: dict[str, tuple[str, dict[str, str]]]) -> dict[str, str]:
    return {cell: re.sub(r"\b0x[0-9a-f]+", "0x", text) for cell, (text, _) in ran.items()}


def apart(folder: Path, work: Callable[[], Any]) -> Any:
    """What ``work`` gives in a process, and in a new folder, that it may leave as it likes."""
    folder.mkdir()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            os.chdir(folder)
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001 - told to the parent
                found = f"{type(error).__name__}: {error}"
            with os.fdopen(writer, "wb") as stream:
                pickle.dump(found, stream)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return pickle.loads(text) if text else "the process ended"


@pytest.mark.parametrize("name", _NAMES)
def test_the_graph_prints_what_the_notebook_prints_or_is_refused_as_it_says(name: str, tmp_path: Path) -> None:
    case = _CASES[name]
    analysis = analyse(parse_notebook(case.notebook()))
    if case.refused is not None:
        assert case.refused in errors_of(analysis)
        return
    assert errors_of(analysis) == []
    texts = texts_of(case)
    found = apart(tmp_path / "graph", lambda: printed(run_graph(analysis.graph, texts)))
    expected = apart(tmp_path / "notebook", lambda: printed(run_notebook(texts, list(texts))))
    assert isinstance(found, dict), found
    assert found == {cell: expected[cell] for cell in found}
