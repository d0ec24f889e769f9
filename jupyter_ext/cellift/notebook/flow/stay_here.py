"""Values of which the source shows that they cannot leave their step: generators, and connections to a database."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.facts import Kind
from cellift.notebook.state.names import is_pseudo
from cellift.project.dotted import dotted_name

if TYPE_CHECKING:
    from cellift.notebook.wiring import Plan

_CONNECTS = frozenset({"sqlite3.connect"})
_CURSORS = frozenset({"cursor", "execute", "executemany", "executescript"})


class _Stays(NamedTuple):
    """What a value is, for people, and what to do instead."""

    what: str
    fix: str


_GENERATOR = _Stays("a generator", "Make it in the step that uses it, or hand on a list of what it gives.")
_CONNECTION = _Stays(
    "a connection to a database",
    "Connect in each step that uses it, to a file (`sqlite3.connect('data.db')`): a database in memory ends with its "
    "connection, so what uses one has to be one step.",
)
_CURSOR = _Stays("a cursor of a database", _CONNECTION.fix)


def values_that_stay(
    plans: Mapping[int, Plan], names: Mapping[str, str], step_names: Mapping[int, str]
) -> Iterator[Diagnostic]:
    """An error for every such value that a step takes from another one. ``names``: what imported names stand for."""
    told: set[Version] = set()
    for owner, plan in sorted(plans.items()):
        for name, version in plan.inputs.items():
            made = version.definition()
            found = None if is_pseudo(name) or made in told else _stays(made, names)
            if found is None:
                continue
            told.add(made)
            need = plan.needs[version]
            yield diagnose(
                "CL501",
                f"`{name}`, made in {step_names[made.statement.owner]}, is {found.what}; it cannot be passed to "
                f"{step_names[owner]}, which uses it.",
                cell=need.statement.code.cell.id,
                line=need.use.line,
                column=need.use.column,
                fix=found.fix,
            )


def _stays(version: Version, names: Mapping[str, str]) -> _Stays | None:
    value = _assigned(version.statement.node, version.name)
    if isinstance(value, ast.GeneratorExp):
        return _GENERATOR
    if not isinstance(value, ast.Call):
        return None
    if isinstance(value.func, ast.Name) and _yields(version.statement, value.func.id):
        return _GENERATOR
    root, dot, rest = (dotted_name(value.func) or "").partition(".")
    if f"{names.get(root, '')}{dot}{rest}" in _CONNECTS:
        return _CONNECTION
    read = version.statement.reads.get(root)
    if read is not None and rest in _CURSORS and _stays(read.version.definition(), names) in (_CONNECTION, _CURSOR):
        return _CURSOR
    return None


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    """The value of ``name = value``."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    plain = len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name
    return node.value if plain and isinstance(node, (ast.Assign, ast.AnnAssign)) else None


def _yields(statement: Statement, function: str) -> bool:
    """Whether it is a generator function of the notebook, as it was defined."""
    read = statement.reads.get(function)
    if read is None or read.version.code is not Kind.FUNCTION or read.version.body is None:
        return False
    node = read.version.statement.node
    return isinstance(node, ast.FunctionDef) and not node.decorator_list and read.version.body.yields
