"""Notebooks for tests: from cell texts, and the graph of one in a few words."""

from __future__ import annotations

from typing import Any

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import parse_notebook

CellText = str | tuple[str, dict[str, Any]]
PARAMETERS = {"tags": ["parameters"]}


def notebook(*cells: CellText, **metadata: Any) -> dict[str, Any]:
    """Notebook JSON whose code cells have the ids c1, c2, …; a cell may come with its metadata."""
    made = []
    for number, cell in enumerate(cells, 1):
        source, cell_metadata = (cell, {}) if isinstance(cell, str) else cell
        made.append({"cell_type": "code", "id": f"c{number}", "source": source, "metadata": cell_metadata})
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made}


def analysed(*cells: CellText) -> Analysis:
    return analyse(parse_notebook(notebook(*cells)))


def graph_of(*cells: CellText) -> Any:
    """The graph of a notebook that has no error."""
    analysis = analysed(*cells)
    errors = [d.message for d in analysis.diagnostics if d.severity == "error"]
    assert not errors, errors
    return analysis.graph


def codes(analysis: Analysis) -> list[str]:
    return [diagnostic.code for diagnostic in analysis.diagnostics]


def edges(graph: Any) -> set[str]:
    """``a>b:x`` for every name on every edge."""
    return {f"{e.source}>{e.target}:{n.name}" for e in graph.edges for n in e.names}


def step(graph: Any, identifier: str) -> Any:
    return next(step for step in graph.steps if step.id == identifier)


def text(graph: Any, identifier: str) -> str:
    """The code of a step, slices one after the other."""
    return "\n".join(piece.source for piece in step(graph, identifier).code)
