"""``sys.getrefcount`` of a value that another step made: who holds the copy says nothing of the original."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.statements import Statement
from cellift.notebook.state.generators import Knowledge
from cellift.notebook.state.names import is_pseudo
from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind

if TYPE_CHECKING:
    from cellift.notebook.wiring import Plan

_COUNTS = frozenset({"sys.getrefcount", "gc.get_referrers"})
_LAST_NAMES = frozenset(path.rpartition(".")[2] for path in _COUNTS)


def references_counted(
    plans: Mapping[int, Plan], files: FileUse, step_names: Mapping[int, str]
) -> Iterator[Diagnostic]:
    """An error for every statement that asks for the holders of what its step takes from another one."""
    if not any(_may_count(files.nodes)) and _COUNTS.isdisjoint(files.names.values()):
        return
    knowledge = Knowledge(())
    knowledge.names = dict(files.names)
    for owner, plan in sorted(plans.items()):
        for statement in plan.statements:
            taken = [name for name in statement.reads if name in plan.inputs and not is_pseudo(name)]
            taken = [name for name in taken if not plan.inputs[name].immutable]
            if statement.owner == owner and taken and _counts(statement, files, knowledge):
                yield diagnose(
                    "CL507",
                    f"{step_names[owner].capitalize()} asks who refers to an object, and `{taken[0]}` is a copy of "
                    f"what {step_names[plan.sources[taken[0]]]} made: others refer to it.",
                    cell=statement.code.cell.id,
                    line=statement.node.lineno,
                    fix="Ask in the step that makes the object.",
                )


@of_each_cell
def _may_count(nodes: Sequence[ast.stmt]) -> bool:
    return any(last_name(call.func) in _LAST_NAMES for node in nodes for call in of_kind(node, ast.Call))


def _counts(statement: Statement, files: FileUse, knowledge: Knowledge) -> bool:
    acts = (node for code in files.reach.of(statement) for node in code.acts())
    return any(isinstance(node, ast.Call) and knowledge.path(node.func) in _COUNTS for node in acts)
