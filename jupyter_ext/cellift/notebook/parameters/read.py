"""Parameters: the plain values of the parameters cell. What a run puts in their place: ``overrides``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.graph import Parameter, Place
from cellift.notebook.parameters.annotations import read_annotation
from cellift.notebook.parameters.literals import NotPlain, fold
from cellift.notebook.parameters.value_types import TYPES, fit, is_json, of_value
from cellift.notebook.source import CellCode

_PLAIN = "Write a number, text, list, object, true, false or None, or move the line to another cell."
_ONCE = "Assign it once in the parameters cell, or move the other line below that cell."
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class ParameterReader:
    """Reads cells in document order; ``parameters`` and ``diagnostics`` grow as it goes.

    Plain is what JSON can hold, and arithmetic and f-strings over parameters whose values are known here.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self.diagnostics: list[Diagnostic] = []
        self._known: dict[str, Any] = {}

    def read_other(self, code: CellCode) -> list[ast.stmt]:
        """A cell of ordinary code: what it may change is no longer known. It has no parameters."""
        for node in code.statements:
            self._forget(node)
        return []

    def read(self, code: CellCode) -> list[ast.stmt]:
        """The statements of a parameters cell whose values a run may override."""
        found: dict[int, Parameter] = {}
        problems: dict[int, list[Diagnostic]] = {}
        for place, node in enumerate(code.statements):
            target, value, annotation = _assignment(node)
            if target is None or value is None:
                self._forget(node)
                continue
            default, problem = self._default(target.id, value)
            if problem:
                problems[place] = [_not_plain(code, node, problem, _PLAIN)]
                self._forget(node)
                continue
            used = (name.id for name in ast.walk(value) if isinstance(name, ast.Name) and name.id in self._known)
            derived = tuple(dict.fromkeys(name for name in used if name != target.id))
            accepts = read_annotation(annotation) or of_value(default)
            if not _fits(default, accepts):
                problems[place] = [_not_as_annotated(code, node, target.id, default, accepts.words)]
                accepts = of_value(default)
            kind = accepts.type
            found[place] = Parameter(target.id, kind, default, code.cell.id, node.lineno, derived, accepts)
            self._known[target.id] = default
        for name, places in _bound_again(code.statements, found, self.parameters).items():
            for place in places:
                if found.pop(place, None):
                    text = f"`{name}` is assigned more than once"
                    problems[place] = [_not_plain(code, code.statements[place], text, _ONCE)]
        self.parameters.update((found[place].name, found[place]) for place in sorted(found))
        self.diagnostics += [problem for place in sorted(problems) for problem in problems[place]]
        return [code.statements[place] for place in sorted(found)]

    def _default(self, name: str, value: ast.expr) -> tuple[Any, str]:
        """The value, or why a run cannot override it."""
        try:
            default = fold(value, self._known)
        except NotPlain:
            return None, f"`{name}` in the parameters cell is not a plain value"
        if not is_json(default):
            return None, f"`{name}` in the parameters cell is not a plain value"
        if _shares(default, self._known.values()):
            return None, f"`{name}` in the parameters cell shares an object with another name"
        return default, ""

    def _forget(self, node: ast.stmt) -> None:
        if self._known:
            for name in _touched(node, self._known):
                self._known.pop(name, None)


def with_fixed(parameters: Mapping[str, Parameter], statements: Sequence[Statement]) -> tuple[Parameter, ...]:
    """Parameters with the line of their cell, if any, that uses them for something that a run cannot give.

    ``statements`` are resolved. An override acts after the parameters cell: that line has seen the default.
    """
    if not parameters:
        return ()
    places: dict[str, Place] = {}
    cells = {parameter.cell for parameter in parameters.values()}
    for statement in statements:
        if statement.travel is Travel.PARAMETER or statement.code.cell.id not in cells:
            continue
        for read in statement.reads.values():
            made = read.version.statement
            if made.travel is Travel.PARAMETER and made.code is statement.code:
                places.setdefault(read.version.name, statement.place)
    return tuple(replace(one, fixed_by=places.get(one.name)) for one in parameters.values())


def _assignment(statement: ast.stmt) -> tuple[ast.Name | None, ast.expr | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target if isinstance(target, ast.Name) else None), statement.value, None
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target, statement.value, statement.annotation
    return None, None, None


def _fits(default: Any, accepts: Any) -> bool:
    try:
        fit(default, accepts)
    except ValueError:
        return False
    return True


def _shares(value: Any, others: Iterable[Any]) -> bool:
    """Whether a list or object in ``value`` is also in another value, or twice in this one."""
    seen = {id(part) for other in others for part in _containers(other)}
    for part in _containers(value):
        if id(part) in seen:
            return True
        seen.add(id(part))
    return False


def _containers(value: Any) -> list[Any]:
    if not isinstance(value, (list, dict)):
        return []
    inside = value.values() if isinstance(value, dict) else value
    return [value, *(part for item in inside for part in _containers(item))]


def _bound_again(
    statements: Sequence[ast.stmt], found: Mapping[int, Parameter], before: Mapping[str, Parameter]
) -> dict[str, list[int]]:
    """Parameters that other statements bind too: all the places, unless one plain assignment follows the other."""
    again: dict[str, list[int]] = {}
    for name in dict.fromkeys(parameter.name for parameter in found.values()):
        places = [place for place, node in enumerate(statements) if name in _bound(node)]
        in_a_row = all(place in found for place in range(places[0], places[-1] + 1))
        if name in before or not in_a_row:
            again[name] = places
    return again


def _touched(node: ast.stmt, known: Mapping[str, Any]) -> set[str]:
    """Names that a statement may give another value, or whose object it may change."""
    if any(isinstance(one, ast.alias) and one.name == "*" for one in ast.walk(node)):
        return set(known)
    mutable = {name for name, value in known.items() if TYPES[type(value)] in ("list", "dict")}
    mentioned = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if mutable else set()
    return _bound(node) | (mentioned & mutable)


def _bound(node: ast.stmt) -> set[str]:
    names: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            names.add(one.id)
        elif isinstance(one, _DEFINITIONS):
            names.add(one.name)
        elif isinstance(one, ast.Global):
            names.update(one.names)
        elif isinstance(one, ast.alias):
            names.add((one.asname or one.name).partition(".")[0])
        elif isinstance(one, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and one.name:
            names.add(one.name)
        elif isinstance(one, ast.MatchMapping) and one.rest:
            names.add(one.rest)
    return names


def _not_plain(code: CellCode, node: ast.stmt, why: str, fix: str) -> Diagnostic:
    message = f"{why}; a run cannot override it."
    return diagnose("CL401", message, cell=code.cell.id, line=node.lineno, column=code.column(node), fix=fix)


def _not_as_annotated(code: CellCode, node: ast.stmt, name: str, default: Any, words: str) -> Diagnostic:
    return diagnose(
        "CL405",
        f"`{name}` is annotated to take {words}, but its default is {_short(default)}; the annotation is not used.",
        cell=code.cell.id,
        line=node.lineno,
        column=code.column(node),
        fix="Correct the default or the annotation.",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
