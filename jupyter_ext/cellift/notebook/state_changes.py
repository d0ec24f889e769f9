"""Statements of steps that change the state of the process: options, environment, filters, levels, the decimal context.

Later steps run in processes of their own, so such a statement is repeated at the beginning of each of them, in document
order. What cannot be repeated as it stands is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.effects import (
    CONTAINER_METHODS,
    DISPLAY_FUNCTIONS,
    SCOPED_STATE,
    SEED_FUNCTIONS,
    STATE_CHANGERS,
)
from cellift.notebook.facts import Kind
from cellift.notebook.local_state import is_kept_by_module
from cellift.notebook.magics_facts import state_magic
from cellift.notebook.sharing import dotted_name
from cellift.notebook.statements import Statement, Travel
from cellift.notebook.steps import SETUP

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)


def repeat_state_changes(statements: Sequence[Statement], step_names: Mapping[int, str]) -> list[Diagnostic]:
    """Mark what later steps repeat (`Travel.REPLAY`); diagnostics for what they would have to, but cannot."""
    last = max((statement.owner for statement in statements), default=SETUP)
    functions = own_functions(statements)
    read = {name for s in statements for name, one in s.reads.items() if one.version.statement is not s}
    found: list[Diagnostic] = []
    for statement in statements:
        if statement.owner in (SETUP, last) or statement.travel is Travel.PARAMETER:
            continue
        how = state_change(statement, functions)
        if how is None or is_kept_by_module(statement):
            continue
        if _can_be_repeated(statement, functions, read):
            statement.travel = Travel.REPLAY
            continue
        step = step_names[statement.owner]
        found.append(
            diagnose(
                "CL302",
                f"{step.capitalize()} changes the state of the process ({how}) in a statement that does more; "
                "later steps would run without that change.",
                cell=statement.code.cell.id,
                line=statement.node.lineno,
                fix="Make the change in a statement of its own, or above the first step.",
            )
        )
    return found


def own_functions(statements: Sequence[Statement]) -> dict[str, Statement]:
    """Name -> the last definition of the notebook's functions."""
    return {s.node.name: s for s in statements if isinstance(s.node, _FUNCTIONS)}


def state_change(statement: Statement, functions: Mapping[str, Statement]) -> str | None:
    """What in the statement changes the state of the process, for people; None when nothing is seen to."""
    if isinstance(statement.node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
        return None
    modules = {name for name, read in statement.reads.items() if read.version.kind is Kind.IMPORT}
    how = _first_change([statement.node], modules)
    if how is not None:
        return how
    for name in sorted(statement.facts.called):
        called = functions.get(name)
        if called is not None and statement.reads.get(name) and statement.reads[name].version.statement is called:
            names = {name for name, read in statement.reads.items() if read.version.kind is Kind.IMPORT}
            inner = _first_change(called.node.body, names)  # type: ignore[attr-defined]
            if inner is not None:
                return f"{inner} in {name}()"
    return None


def _can_be_repeated(statement: Statement, functions: Mapping[str, Statement], read: set[str]) -> bool:
    """It makes no name that other statements read, shows nothing, and what it calls of the notebook does neither."""
    if any(not version.kind.is_code and name in read for name, version in statement.makes.items()):
        return False
    nodes: list[ast.AST] = [statement.node]
    for name in statement.facts.called:
        if name in functions:
            nodes.append(functions[name].node)
    calls = (node for root in nodes for node in ast.walk(root) if isinstance(node, ast.Call))
    return not any((dotted_name(call.func) or "").rpartition(".")[2] in DISPLAY_FUNCTIONS for call in calls)


def _first_change(nodes: Iterable[ast.AST], modules: set[str]) -> str | None:
    for node in nodes:
        if isinstance(node, _DEFINITIONS):
            continue
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(_is_scoped(item.context_expr) for item in node.items):
            continue
        how = _change(node, modules)
        if how is None:
            how = _first_change(ast.iter_child_nodes(node), modules)
        if how is not None:
            return how
    return None


def _is_scoped(manager: ast.expr) -> bool:
    """``with warnings.catch_warnings():`` undoes at its end what is changed in it."""
    called = manager.func if isinstance(manager, ast.Call) else manager
    return (dotted_name(called) or "").rpartition(".")[2] in SCOPED_STATE


def _change(node: ast.AST, modules: set[str]) -> str | None:
    if isinstance(node, ast.Call):
        if (magic := state_magic(node)) is not None:
            return magic
        path = dotted_name(node.func) or ""
        last = path.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        if last in SEED_FUNCTIONS:
            return None
        if last in STATE_CHANGERS and (_root(node.func) in modules or last in ("setLevel", "disable")):
            return f"{path or last}()"
        if last in CONTAINER_METHODS and path.count(".") > 1 and path.partition(".")[0] in modules:
            return f"{path}()"
        return None
    targets: Sequence[ast.expr] = ()
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    for target in targets:
        if isinstance(target, (ast.Attribute, ast.Subscript)) and _root(target) in modules:
            return ast.unparse(target)
    return None


def _root(node: ast.expr) -> str | None:
    """The name that an attribute, an item or a call starts from: ``getcontext`` of ``getcontext().prec``."""
    while True:
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else None
