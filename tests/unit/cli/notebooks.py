"""Small notebooks for the command line's tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def code(source: str, *, step: str | None = None, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if step:
        metadata["cellift"] = {"step": step}
    if tags:
        metadata["tags"] = list(tags)
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def save(path: Path, *cells: dict[str, Any], language: str = "python") -> Path:
    """Write a notebook; the id of a cell is ``c`` and its number."""
    numbered = [{"id": f"c{number}", **cell} for number, cell in enumerate(cells, 1)]
    document = {
        "cells": numbered,
        "metadata": {"language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(document))
    return path


def two_steps(path: Path) -> Path:
    """Parameters n = 3; step "make" gives xs, step "add it" gives total."""
    return save(
        path,
        code("n = 3", tags=("parameters",)),
        code("xs = list(range(n))\nprint('made', n)", step="make"),
        code("total = sum(xs)\nprint('total is', total)\ntotal", step="add it"),
    )
