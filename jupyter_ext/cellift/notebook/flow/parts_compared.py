"""``rows[0] is KEY`` for a text, a number or a tuple: of what another step made, the copy holds another object."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.sharing import shared_names
from cellift.notebook.state.names import is_pseudo
from cellift.project.remembered import of_kind

if TYPE_CHECKING:
    from cellift.notebook.wiring import Plan

_SMALL = range(-5, 257)
"""Of these numbers Python has one object each."""


def parts_compared(plans: Mapping[int, Plan], step_names: Mapping[int, str]) -> Iterator[Diagnostic]:
    """An error for every statement that asks whether a part of another step's value is such an object."""
    for owner, plan in sorted(plans.items()):
        for statement in plan.statements:
            inputs = (plan.inputs[name] for name in statement.reads if name in plan.inputs and not is_pseudo(name))
            taken = {version.name for version in inputs if not version.immutable}
            known = next(_compared(statement, taken), None)
            if known is not None:
                yield diagnose(
                    "CL507",
                    f"{step_names[owner].capitalize()} asks whether something in a value of another step is the very "
                    f"object `{known}`; a copy of the value holds another one that is equal to it.",
                    cell=statement.code.cell.id,
                    line=statement.node.lineno,
                    fix="Ask with `==`, or let a mark of its own stand for it: `object()`, or a member of an `Enum`.",
                )


def _compared(statement: Statement, taken: set[str]) -> Iterator[str]:
    """Names of texts, numbers and tuples that are compared with a part of one of ``taken``."""
    for node in of_kind(statement.node, ast.Compare):
        operands: Sequence[ast.expr] = [node.left, *node.comparators]
        for how, left, right in zip(node.ops, operands, operands[1:], strict=False):
            for one, other in ((left, right), (right, left)) if isinstance(how, (ast.Is, ast.IsNot)) else ():
                read = statement.reads.get(other.id) if isinstance(other, ast.Name) else None
                if read is not None and _has_copies(read.version) and _is_part(one, statement, taken):
                    yield read.version.name


def _has_copies(version: Version) -> bool:
    value = getattr(version.statement.node, "value", None)
    if isinstance(value, ast.Constant):
        number = type(value.value) is int and value.value in _SMALL
        return version.immutable and not number and not isinstance(value.value, (bool, type(None), type(Ellipsis)))
    return version.immutable


def _is_part(node: ast.expr, statement: Statement, taken: set[str]) -> bool:
    if isinstance(node, ast.Name):  # of a loop
        return bool(taken) and node.id not in statement.reads
    return any(name.id in taken for name in shared_names(node, changed=True))
