"""Notebooks cut into steps at random: whole ones like those that people publish, and the cases of the corpus anew.

``python -m tests.truth.cuts SEED`` cuts every case of the corpus and tells those that are neither equal nor refused
with a code. That takes an hour on one core.
"""

from __future__ import annotations

import ast
import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.truth.percent import Case, code_cell, parse_case, read_cases

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


def can_be_cut(case: Case) -> bool:
    """Whether it has to be equal, and says nothing of its steps but their names."""
    return case.refused is None and not any(cell["source"].startswith("%%step") for cell in case.cells)


def cut_case(case: Case, seed: int) -> Case:
    """The same statements with other steps around them; some cells of the set-up stay."""
    rng = random.Random(f"{seed}{case.name}")
    made = Case(f"{case.name}~{seed}", files=case.files)
    step = 0
    for cell in case.cells:
        marks: dict[str, Any] = cell["metadata"].get("cellift", {})
        stays = "step" not in marks and step == 0 and rng.random() < 0.5
        if marks.get("skip") or cell["metadata"].get("tags") or stays:
            made.cells.append({**cell, "id": f"c{len(made.cells)}"})
            continue
        for source in _statements(cell["source"]):
            if step == 0 or rng.random() < 0.6:
                step += 1
            made.cells.append(code_cell(f"c{len(made.cells)}", source, "step", f"s{step}"))
    return made


def _statements(source: str) -> Iterator[str]:
    """The texts of the statements, each with the comments above it; a cell with magics is one."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        body = []
    lines, start = source.split("\n"), 0
    for node, following in itertools.pairwise(body):
        first = min([following.lineno, *(each.lineno for each in getattr(following, "decorator_list", ()))])
        if first > (node.end_lineno or 0):
            yield "\n".join(lines[start : node.end_lineno])
            start = node.end_lineno or 0
    yield "\n".join(lines[start:])


def main(seed: int) -> int:
    """Judge all; 1 when any is neither equal nor refused."""
    from tests.truth.oracle import judge

    found = 0
    for path in sorted((Path(__file__).parent / "cases").glob("*.cells")):
        for case in filter(can_be_cut, read_cases(path)):
            cut = cut_case(case, seed)
            outcome = judge(cut)
            if outcome.verdict in ("different", "failed"):
                found = 1
                cells = "\n".join(f"# %% {cell['metadata']}\n{cell['source']}" for cell in cut.cells)
                print(f"=== {cut.name}: {outcome.verdict}\n{cells}\n{outcome.detail}\n", flush=True)
    return found


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
