"""``__annotations__`` of the notebook itself: each step has those of its own statements."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.blocks import Block, of_each_block
from cellift.notebook.flow.statements import Statement
from cellift.project.remembered import of_kind

_NAME = "__annotations__"
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def annotations_of_others(
    statements: Sequence[Statement], blocks: Sequence[Block], step_names: Mapping[int, str]
) -> list[Diagnostic]:
    """An error where a step reads annotations that something outside of it has made."""
    if not any(_read_annotations(blocks)):
        return []
    found = []
    makers: dict[int, Statement] = {}
    for statement in statements:
        use = statement.facts.reads.get(_NAME)
        other = next((maker for owner, maker in makers.items() if owner != statement.owner), None)
        if use is not None and other is not None:
            found.append(
                diagnose(
                    "CL205",
                    f"`{_NAME}` is used in {step_names[statement.owner]}; a step knows the annotations of its own "
                    f"statements, not those of cell {other.code.cell.number}.",
                    cell=statement.code.cell.id,
                    line=use.line,
                    column=use.column,
                    fix="Keep the types in a dictionary of your own, or in the annotations of a class.",
                )
            )
        if not isinstance(statement.node, _OWN_SCOPE) and any(of_kind(statement.node, ast.AnnAssign)):
            makers.setdefault(statement.owner, statement)
    return found


@of_each_block
def _read_annotations(statements: Sequence[Statement]) -> bool:
    return any(_NAME in statement.facts.reads for statement in statements)
