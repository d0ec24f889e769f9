"""The text of a step: whole cells where all of a cell runs, else the statements, neighbours together."""

from __future__ import annotations

from collections.abc import Sequence

from cellift.notebook.flow.statements import Statement
from cellift.notebook.graph import CodeSlice
from cellift.notebook.wiring import Plan


def code_slices(plan: Plan) -> tuple[CodeSlice, ...]:
    """The code of a step."""
    # The text around a statement, and whether another one stands before it, may be others than they were.
    around: list[object] = []
    code, last = None, -1
    for statement in plan.statements:
        if statement.code is not code:
            code = statement.code
            around += (code.cell.number, code.lines, code.shares)
        around.append(statement.index == last)
        last = statement.index + 1
    known = plan.found.get("code")
    if known is None or known[0] != around:
        known = plan.found["code"] = (around, _slices(plan.statements, plan.owner))
    return known[1]


def _slices(wanted: Sequence[Statement], owner: int) -> tuple[CodeSlice, ...]:
    slices: list[CodeSlice] = []
    run: list[Statement] = []
    for statement in wanted:
        if run and (run[-1].code is not statement.code or run[-1].index + 1 != statement.index):
            slices.append(_text(run, owner))
            run = []
        run.append(statement)
    if run:
        slices.append(_text(run, owner))
    return tuple(slices)


def _text(run: Sequence[Statement], owner: int) -> CodeSlice:
    code = run[0].code
    if run[0].owner == owner and len(run) == len(code.statements) and not code.shares:
        return code.whole()
    return code.slice(run[0].node, run[-1].node)
