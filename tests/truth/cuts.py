"""Whole notebooks, like those that people publish, cut into steps at random."""

from __future__ import annotations

import random
from pathlib import Path

from tests.truth.percent import Case, code_cell, parse_case

EVERY_CELL = 0
"""The cut that makes a step of each cell."""


def cut_notebook(path: Path, cut: int) -> Case:
    """The notebook with its first cell as set-up and the others in steps; ``cut`` is the seed of the places."""
    cells = [cell["source"] for cell in parse_case(path.read_text(encoding="utf-8"), path.stem).cells]
    rng = random.Random(cut)
    case = Case(f"{path.stem}:{cut}")
    step = 0
    for number, source in enumerate(cells):
        if number == 0:
            case.cells.append(code_cell("c0", source))
            continue
        if step == 0 or cut == EVERY_CELL or rng.random() < 0.4:
            step += 1
        case.cells.append(code_cell(f"c{number}", source, "step", f"s{step}"))
    return case
