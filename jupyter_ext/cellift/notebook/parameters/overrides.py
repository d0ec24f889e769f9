"""The values that a run puts in the place of parameters. They act as a cell after the parameters cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose
from cellift.notebook.graph import Graph, Parameter
from cellift.notebook.parameters.value_types import ValueType, convert


def apply_overrides(graph: Graph, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The final value of every parameter.

    A text is read as JSON, else as a Python literal, else it is the text itself when the parameter takes texts; other
    values are taken as they are. Raises ``RefusedError``: CL402 for a name that is no parameter, CL403 for a value
    that the parameter does not take, CL404 for a parameter that something else, not given, is computed from.
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
            values[name] = convert(given, parameter.accepts)
        except ValueError:
            problems.append(
                not_accepted(name, parameter.accepts, given, parameter.default, parameter.cell, parameter.line)
            )
    for parameter in graph.parameters:
        if parameter.name in overrides and parameter.fixed_by is not None:
            problems.append(_fixed(parameter))
    problems.extend(left_behind({p.name: (p.derived_from, p) for p in graph.parameters}, overrides))
    if problems:
        raise RefusedError(problems)
    return values


def not_accepted(
    name: str, accepts: ValueType, given: Any, default: Any, cell: str | None = None, line: int | None = None
) -> Diagnostic:
    """CL403: what the parameter takes instead."""
    plain = accepts.type != "none" and not (accepts.choices or accepts.limits or accepts.items)
    kind = f" ({accepts.type})" if plain and not accepts.optional else ""
    return diagnose(
        "CL403",
        f"`{name}` takes {accepts.words}{kind}, not {_short(given)}.",
        cell=cell,
        line=line,
        fix=f"Its default is {_short(default)}.",
    )


def left_behind(
    parameters: Mapping[str, tuple[Iterable[str], Parameter | None]], overrides: Mapping[str, Any]
) -> list[Diagnostic]:
    """CL404: a derived parameter that is not given itself would keep the value that it has of the default."""
    problems = []
    for name, (sources, parameter) in parameters.items():
        source = next((one for one in sources if one in overrides), None)
        if name in overrides or source is None:
            continue
        keeps = f" and would keep {_short(parameter.default)}" if parameter else ""
        problems.append(
            diagnose(
                "CL404",
                f"`{source}` is given, but `{name}` is computed from it{keeps}.",
                cell=parameter.cell if parameter else None,
                line=parameter.line if parameter else None,
                fix=f"Give `{name}` too, or compute it below the parameters cell.",
            )
        )
    return problems


def _fixed(parameter: Parameter) -> Diagnostic:
    place = parameter.fixed_by
    assert place is not None
    return diagnose(
        "CL404",
        f"`{parameter.name}` is given, but line {place.line} of the parameters cell uses its default "
        "for something that cannot be given.",
        cell=place.cell,
        line=place.line,
        fix="Move that line to a cell below the parameters cell.",
    )


def _unknown(name: str, known: list[str]) -> Diagnostic:
    there = ", ".join(known) if known else "none"
    return diagnose(
        "CL402",
        f"`{name}` is no parameter of the notebook; its parameters: {there}.",
        fix="Define it in the cell with the tag `parameters`, or correct its spelling.",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
