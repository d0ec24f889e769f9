"""Parameters: the plain values of the parameters cell, and what a run may put in their place."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from typing import Any, cast

from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose
from cellift.notebook.graph import Graph, Parameter, ParameterType
from cellift.notebook.literals import NotPlain, fold
from cellift.notebook.source import CellCode

_TYPES: dict[type, ParameterType] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    list: "list",
    dict: "dict",
    type(None): "none",
}
_NOT_PLAIN = object()
_WORDS: dict[str, str] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "list": "a list",
    "dict": "an object",
    "none": "any value",
}


def read_parameter(
    code: CellCode, statement: ast.stmt, known: Mapping[str, Parameter]
) -> tuple[Parameter | None, Diagnostic | None]:
    """The parameter that a statement of the parameters cell defines; a warning when its value is not plain.

    Plain is what JSON can hold, and arithmetic and f-strings over earlier parameters.
    """
    target, value, annotation = _assignment(statement)
    if target is None or value is None:
        return None, None
    values = {name: parameter.default for name, parameter in known.items()}
    try:
        default = fold(value, values)
    except NotPlain:
        default = _NOT_PLAIN
    if not _is_json(default):
        return None, diagnose(
            "CL401",
            f"`{target.id}` in the parameters cell is not a plain value; a run cannot override it.",
            cell=code.cell.id,
            line=statement.lineno,
            column=code.column(statement),
            fix="Write a number, text, list, object, true, false or None, or move the line to another cell.",
        )
    used = [node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node.id in known]
    return (
        Parameter(
            target.id,
            _declared_type(annotation) or _TYPES[type(default)],
            default,
            code.cell.id,
            statement.lineno,
            tuple(dict.fromkeys(used)),
        ),
        None,
    )


def apply_overrides(graph: Graph, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The final value of every parameter.

    A text is read as JSON, else as a Python literal, else it is the text itself when the parameter is text; other
    values are taken as they are. Raises ``RefusedError``: CL402 for a name that is no parameter, CL403 for a value of
    another type, CL404 for a parameter that others, not given, are derived from.
    """
    known = {parameter.name: parameter for parameter in graph.parameters}
    values = {name: parameter.default for name, parameter in known.items()}
    problems: list[Diagnostic] = []
    for name, given in overrides.items():
        parameter = known.get(name)
        if parameter is None:
            problems.append(_unknown(name, list(known)))
            continue
        try:
            values[name] = convert(given, parameter.type)
        except ValueError:
            problems.append(_wrong_type(parameter, given))
    problems.extend(_left_behind(graph, overrides))
    if problems:
        raise RefusedError(problems)
    return values


def _assignment(statement: ast.stmt) -> tuple[ast.Name | None, ast.expr | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target if isinstance(target, ast.Name) else None), statement.value, None
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target, statement.value, statement.annotation
    return None, None, None


def _declared_type(annotation: ast.expr | None) -> ParameterType | None:
    """The type that an annotation names, also ``Optional[int]``, ``int | None``, ``list[str]``, ``"int"``."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(annotation, ast.Name):
        name = {"List": "list", "Dict": "dict"}.get(annotation.id, annotation.id)
        return cast(ParameterType, name) if name in ("int", "float", "bool", "str", "list", "dict") else None
    if isinstance(annotation, ast.Subscript):
        return _declared_type(annotation.value)
    return None


def _is_json(value: Any) -> bool:
    """JSON gives back the same value: no tuples, no keys but texts."""
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    return type(value) in _TYPES


def convert(given: Any, wanted: ParameterType) -> Any:
    """``given``, read as :func:`apply_overrides` says, as a value of type ``wanted``; ``ValueError`` if it is none."""
    if isinstance(given, str):
        if wanted == "str":
            return _as_text(given)
        given = _parse(given, wanted)
    if wanted == "none":
        return given
    if wanted == "float" and isinstance(given, int) and not isinstance(given, bool):
        try:
            return float(given)
        except OverflowError:
            raise ValueError(wanted) from None
    if _TYPES.get(type(given)) != wanted:
        raise ValueError(wanted)
    return given


def _as_text(given: str) -> str:
    """``'"5"'`` in quotes is the text between them; everything else is the text itself."""
    if len(given) >= 2 and given[0] == given[-1] and given[0] in "\"'":
        try:
            value = ast.literal_eval(given)
        except (ValueError, SyntaxError):
            return given
        return value if isinstance(value, str) else given
    return given


def _parse(given: str, wanted: ParameterType) -> Any:
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(given)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if wanted == "none":
            return given
        raise ValueError(given) from None


def _left_behind(graph: Graph, overrides: Mapping[str, Any]) -> list[Diagnostic]:
    """Overrides act after the parameters cell, so a derived parameter would keep its old value."""
    problems = []
    for parameter in graph.parameters:
        if parameter.name in overrides:
            continue
        for source in parameter.derived_from:
            if source in overrides:
                problems.append(
                    diagnose(
                        "CL404",
                        f"`{source}` is given, but `{parameter.name}` is computed from it and would keep "
                        f"{parameter.default!r}.",
                        cell=parameter.cell,
                        line=parameter.line,
                        fix=f"Give `{parameter.name}` too, or compute it below the parameters cell.",
                    )
                )
                break
    return problems


def _unknown(name: str, known: list[str]) -> Diagnostic:
    there = ", ".join(known) if known else "none"
    return diagnose(
        "CL402",
        f"`{name}` is no parameter of the notebook; its parameters: {there}.",
        fix="Define it in the cell with the tag `parameters`, or correct its spelling.",
    )


def _wrong_type(parameter: Parameter, given: Any) -> Diagnostic:
    return diagnose(
        "CL403",
        f"`{parameter.name}` takes {_WORDS[parameter.type]} ({parameter.type}), not {given!r}.",
        cell=parameter.cell,
        line=parameter.line,
        fix=f"Its default is {parameter.default!r}.",
    )
