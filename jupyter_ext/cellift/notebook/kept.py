"""Names that a step assigns and no later step takes: those that hold a plain value at its end are kept as results."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from cellift.notebook.flow.statements import Statement
from cellift.notebook.scopes.bindings import target_names
from cellift.notebook.scopes.facts import Binding
from cellift.notebook.wiring import Plan
from cellift.project.remembered import remembered


def names_to_keep(plan: Plan, outputs: Iterable[str]) -> tuple[str, ...]:
    """Public names that the step's own statements assign, in the order of the notebook, without ``outputs``.

    Modules, functions and classes are no results; nor are the variables of loops.
    """
    if "kept" not in plan.found:
        plan.found["kept"] = _assigned_in(one for one in plan.statements if one.owner == plan.owner)
    left_out = set(outputs)
    return tuple(name for name in plan.found["kept"] if name not in left_out)


def _assigned_in(statements: Iterable[Statement]) -> tuple[str, ...]:
    assigned: dict[str, None] = {}
    last: dict[str, Binding] = {}
    for statement in statements:
        assigned.update(dict.fromkeys(_assigned_at_top(statement.node)))
        last.update(statement.facts.binds)
    return tuple(
        name for name in assigned if not name.startswith("_") and not (name in last and last[name].kind.is_code)
    )


@remembered
def _assigned_at_top(statement: ast.stmt) -> tuple[str, ...]:
    return tuple(_assigned(statement))


def _assigned(node: ast.AST) -> Iterator[str]:
    """Targets of assignments at the level of the cell, also inside ``if``, ``for``, ``with`` and ``try``."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.NamedExpr)) or (isinstance(node, ast.AnnAssign) and node.value):
        targets = [node.target]
    for target in targets:
        yield from (name.id for name in target_names(target))
    for child in ast.iter_child_nodes(node):
        yield from _assigned(child)
