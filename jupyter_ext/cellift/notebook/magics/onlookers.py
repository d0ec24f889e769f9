"""Cells that look at pipelines: they start runs and read their results, for the notebook only.

``run = %pipeline run`` below the last step, then ``run["train"]["accuracy"]``: without this they would belong to the
step above, which cannot wait for a run of itself.
"""

from __future__ import annotations

from dataclasses import replace

from cellift.notebook.cells import Cell
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.magics.own import assigned_pipelines, only_looks_at_pipelines, without_own_magics
from cellift.notebook.scopes.facts import Facts, Use
from cellift.notebook.scopes.read import read_statement
from cellift.notebook.source import read_code

_STARTERS = frozenset({"cellift.run", "cellift.runs"})


class Onlookers:
    """Goes through the cells in document order and remembers what only the notebook has."""

    def __init__(self) -> None:
        self._made: dict[str, Cell] = {}

    def look_at(self, cell: Cell, unmarked: bool) -> tuple[bool, list[Diagnostic]]:
        """Whether the pipeline leaves the cell out, and what there is to say about it.

        Only an unmarked cell is left out; a marked one that uses what such a cell made is an error.
        """
        assigned = assigned_pipelines(cell.source)
        if unmarked and only_looks_at_pipelines(cell.source):
            self._made.update(dict.fromkeys(assigned, cell))
            return True, []
        if not self._made and not assigned and "cellift." not in cell.source:
            return False, []
        facts = _facts(cell)
        starts = bool(assigned) or any(_STARTERS & fact.called_paths.keys() for fact in facts)
        use = self._first_use(facts)
        names = {name for fact in facts for name in (*fact.binds, *fact.changes)}
        if unmarked and (starts or use):
            # Told before the names become this cell's: `run = run.wait()` uses the one of the cell above.
            found = [_left_out(cell, use, self._made)]
            self._made.update(dict.fromkeys([*assigned, *names], cell))
            return True, found
        found = [_used(cell, use, self._made[use.name])] if use else []
        for name in names:
            self._made.pop(name, None)
        return False, found

    def _first_use(self, facts: list[Facts]) -> Use | None:
        """The first name of an onlooker that the cell reads before it binds that name itself."""
        bound: set[str] = set()
        for fact in facts:
            reads = [*fact.reads.values(), *(use for body in fact.bodies.values() for use in body.reads.values())]
            for use in reads:
                if use.name in self._made and use.name not in bound:
                    return use
            bound |= fact.binds.keys()
        return None


def _facts(cell: Cell) -> list[Facts]:
    code = read_code(replace(cell, source=without_own_magics(cell.source)))
    return [read_statement(statement, code.column) for statement in code.statements]


def _left_out(cell: Cell, use: Use | None, made: dict[str, Cell]) -> Diagnostic:
    why = f"it uses `{use.name}` of cell {made[use.name].number}" if use else "it starts or reads runs"
    return diagnose(
        "CL117",
        f"Cell {cell.number} is not part of the pipeline: {why}.",
        cell=cell.id,
        line=use.line if use else 1,
        column=use.column if use else 1,
        fix="Mark the cell as skipped to say so, or move what the pipeline needs into a cell of its own.",
    )


def _used(cell: Cell, use: Use, maker: Cell) -> Diagnostic:
    return diagnose(
        "CL116",
        f"`{use.name}` is made or changed in cell {maker.number}, which looks at runs and is not part of the pipeline.",
        cell=cell.id,
        line=use.line,
        column=use.column,
        fix=f"Mark this cell as skipped, or move what it needs of cell {maker.number} into a step.",
    )
