"""Cases as text: cells in the percent format, so that a case reads like the notebook it stands for.

``# === NAME`` begins a case that has to be equal, ``# === NAME refused CL105`` one that has to be refused. In it,
``# %% step NAME [--options]``, ``# %% parameters``, ``# %% skip``, ``# %%`` begin a cell; ``# %% file PATH`` begins a
file beside the notebook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MARK = re.compile(r"# %%(?:\s+(\w+)\b[ \t]*(.*))?$")


@dataclass
class Case:
    """One notebook with what it is expected to do as a pipeline."""

    name: str
    cells: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    """The code it is refused with; None when the pipeline has to be equal."""

    def notebook(self) -> dict[str, Any]:
        """The ``.ipynb`` as a dict."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        return {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
            "cells": self.cells,
        }


def read_cases(path: Path) -> list[Case]:
    """All cases of a file."""
    found = []
    for part in re.split(r"^# === ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, text = part.partition("\n")
        name, _, expected = head.strip().partition(" refused ")
        found.append(parse_case(text, name, expected or None))
    return found


def parse_case(text: str, name: str, refused: str | None = None) -> Case:
    """Read one case from its cells in the percent format."""
    case = Case(name, refused=refused)
    kind, argument, lines = "head", "", []

    def close() -> None:
        body = "\n".join(lines).strip("\n")
        if kind == "head":
            return
        if kind == "file":
            case.files[argument] = body + "\n"
        else:
            case.cells.append(code_cell(f"c{len(case.cells)}", body, kind, argument))

    for line in text.splitlines():
        mark = _MARK.match(line)
        if mark is None:
            lines.append(line)
            continue
        close()
        kind, argument, lines = mark[1] or "code", (mark[2] or "").strip(), []
    close()
    return case


def code_cell(identifier: str, source: str, kind: str = "code", argument: str = "") -> dict[str, Any]:
    """A code cell with the marks that the sidebar would write."""
    metadata: dict[str, Any] = {}
    if kind == "step":
        name, _, options = argument.partition(" ")
        if options:
            source = f"%%step {argument}\n{source}"
        else:
            metadata = {"cellift": {"step": name, "options": {}}}
    elif kind == "skip":
        metadata = {"cellift": {"skip": True}}
    elif kind == "parameters":
        metadata = {"tags": ["parameters"]}
    return {
        "cell_type": "code",
        "id": identifier,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
