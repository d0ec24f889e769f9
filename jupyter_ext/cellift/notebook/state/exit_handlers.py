"""What a notebook leaves to be done when it ends: a step's process ends earlier, before the steps that follow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.statements import Statement
from cellift.notebook.state.generators import Knowledge
from cellift.notebook.steps import SETUP
from cellift.project.remembered import of_kind

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def files_written_at_exit(
    statements: Sequence[Statement], files: FileUse, step_names: Mapping[int, str]
) -> list[Diagnostic]:
    """An error for every exit handler that writes files which the steps that follow would see too early.

    What only closes or prints something may well be done at the end of the step: nobody looks at it later.
    """
    if not any(path.partition(".")[0] == "atexit" for path in files.names.values()):
        return []
    knowledge = Knowledge(())
    knowledge.names = files.names
    last = max(step_names)
    found = []
    for statement in statements:
        if statement.owner == last or (statement.owner == SETUP and last == 1):
            continue
        for node, handler in _registered(statement.node, knowledge):
            if isinstance(handler, ast.Call):
                writes = files.call_writes(handler) or any(act.writes for act in files.of(statement))
            else:
                writes = any(map(files.call_writes, of_kind(handler, ast.Call)))
            if writes:
                found.append(_too_early(statement, node, step_names))
    return found


def _registered(node: ast.stmt, knowledge: Knowledge) -> Iterator[tuple[ast.expr, ast.Call | ast.stmt]]:
    """Where something is registered, with the call that is left to be made, or the function that is decorated."""
    for call in of_kind(node, ast.Call):
        if knowledge.path(call.func) == "atexit.register" and call.args:
            yield call, ast.copy_location(ast.Call(call.args[0], call.args[1:], call.keywords), call)
    for function in of_kind(node, *_FUNCTIONS):
        assert isinstance(function, _FUNCTIONS)
        for decorator in function.decorator_list:
            if knowledge.path(decorator) == "atexit.register":
                yield decorator, function


def _too_early(statement: Statement, node: ast.expr, step_names: Mapping[int, str]) -> Diagnostic:
    who = step_names[statement.owner].capitalize()
    return diagnose(
        "CL302",
        f"{who} leaves files to be written or removed at exit. A step's process ends before the steps that follow, "
        "which would see that; in the notebook it happens after all of them.",
        cell=statement.code.cell.id,
        line=node.lineno,
        column=node.col_offset + 1,
        fix="Register it in the last step, or do it there without `atexit`.",
    )
