"""What is to be done when an object is gone (``weakref.finalize``): a step's process ends, and all its objects with it.

The object itself may go on in later steps, but as a copy, of which no process knows what is to be done.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.statements import Statement
from cellift.notebook.scopes.sharing import shared_names
from cellift.notebook.state.generators import Knowledge
from cellift.project.remembered import of_kind

_FINALIZE = "weakref.finalize"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def finalizers_left(statements: Sequence[Statement], files: FileUse, step_names: Mapping[int, str]) -> list[Diagnostic]:
    """An error for every object that has a finalizer and that another step uses or does away with."""
    knowledge = Knowledge(())
    knowledge.names = files.names
    found: list[Diagnostic] = []
    definers: set[str] = set()
    for place, statement in enumerate(statements):
        calls = _calls(statement.node, knowledge)
        if isinstance(statement.node, _DEFINITIONS):
            definers.update([statement.node.name] if calls else [])
            continue
        for name in sorted(_watched(statement, calls, definers)):
            user = _other_user(name, statement, statements[place + 1 :])
            if user is not None:
                found.append(_too_early(name, statement, user, step_names))
                break
    return found


def _calls(node: ast.stmt, knowledge: Knowledge) -> list[ast.Call]:
    return [call for call in of_kind(node, ast.Call) if knowledge.path(call.func) == _FINALIZE]


def _watched(statement: Statement, calls: Sequence[ast.Call], definers: Collection[str]) -> Iterator[str]:
    """Names of the objects that may have a finalizer from the statement on, and of finalizers."""
    for call in calls:
        yield from (name.id for argument in call.args[:1] for name in shared_names(argument))
        yield from statement.facts.binds
    for own in statement.facts.calls:
        if own.function in definers:
            yield from frozenset(own.targets).union(*own.positional)


def _other_user(name: str, statement: Statement, later: Sequence[Statement]) -> Statement | None:
    """The first statement of another step that uses what the name stands for, or gives the name something else."""
    version = statement.makes.get(name)
    if version is None:
        version = statement.reads[name].version
    for one in later:
        read, made = one.reads.get(name), one.makes.get(name)
        uses = made is not None or (read is not None and version in read.version.chain())
        if uses and one.owner != statement.owner:
            return one
        if made is not None and version not in made.chain():
            return None
    return None


def _too_early(name: str, statement: Statement, user: Statement, step_names: Mapping[int, str]) -> Diagnostic:
    return diagnose(
        "CL302",
        f"What `weakref.finalize` is to do when `{name}` is gone is done when "
        f"{step_names[statement.owner]} ends; in the notebook {step_names[user.owner]} has the object still.",
        cell=statement.code.cell.id,
        line=statement.node.lineno,
        column=statement.node.col_offset + 1,
        fix="Put what uses the object into the same step, or do by a call what is to be done.",
    )
