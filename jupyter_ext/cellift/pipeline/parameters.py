"""Notebook parameters as KFP parameters."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from typing import Any

from cellift.notebook.graph import Graph, Parameter
from cellift.notebook.parameters.value_types import ANY, TYPES, ParameterType, ValueType, same, value_type

from .identifiers import STEP_PARAMETER

KFP_TYPES: dict[str, str] = {
    "int": "NUMBER_INTEGER",
    "float": "NUMBER_DOUBLE",
    "bool": "BOOLEAN",
    "str": "STRING",
    "list": "LIST",
    "dict": "STRUCT",
    # A parameter that is None by default may get any value, as JSON text.
    "none": "STRING",
}

NOTEBOOK_TYPES: dict[str, ParameterType] = {
    "NUMBER_INTEGER": "int",
    "NUMBER_DOUBLE": "float",
    "BOOLEAN": "bool",
    "STRING": "str",
    "LIST": "list",
    "STRUCT": "dict",
}

# Numbers travel as doubles.
_LARGEST_EXACT = 2**53


def definition(parameter: Parameter) -> dict[str, Any]:
    """The ``ParameterSpec`` of a parameter.

    A default that KFP cannot carry exactly (None, NaN, infinities, large integers) is left out and the parameter is
    optional; the step knows the default itself (:func:`declaration`), so nothing is lost.
    """
    accepts = parameter.accepts
    spec: dict[str, Any] = {"parameterType": KFP_TYPES[accepts.carrier], "isOptional": True}
    if accepts.carrier != "none" and _travels(parameter.default) and _is_of(parameter.default, accepts):
        spec["defaultValue"] = parameter.default
    if accepts != ValueType(accepts.type):
        json_text = " As JSON text." if accepts.carrier == "none" and not _is_text(accepts) else ""
        # Argo fills in {{…}} wherever it stands.
        spec["description"] = f"Takes {accepts.words}.{json_text}".replace("{{", "{ {")
    return spec


def declaration(parameter: Parameter, key: str) -> dict[str, Any]:
    """What the step is told about a parameter: its type, its default as a Python literal, its ``key`` if another.

    For what a run puts in its place: what it accepts if that is more than a type, and what it is computed from.
    """
    accepts = parameter.accepts
    carrier = "text" if _is_text(accepts) else accepts.carrier
    told: dict[str, Any] = {"type": carrier, "value": repr(parameter.default)}
    if key != parameter.name:
        told["key"] = key
    if accepts != ValueType(accepts.type):
        told["accepts"] = accepts.to_dict()
    if parameter.derived_from:
        told["from"] = list(parameter.derived_from)
    return told


def accepted_types(ir: Mapping[str, Any]) -> tuple[dict[str, ValueType], dict[str, list[str]]]:
    """What the parameters of a compiled pipeline accept, and which of them are computed from others."""
    root = ir.get("root", {})
    accepted: dict[str, ValueType] = {}
    for name, definition_ in root.get("inputDefinitions", {}).get("parameters", {}).items():
        kind = definition_.get("parameterType", "STRING")
        # Text without a default: of ours it takes any value, as JSON text.
        has_type = kind in NOTEBOOK_TYPES and (kind != "STRING" or "defaultValue" in definition_)
        accepted[name] = ValueType(NOTEBOOK_TYPES[kind]) if has_type else ANY
    derived: dict[str, list[str]] = {}
    for task in root.get("dag", {}).get("tasks", {}).values():
        for name, told in _declared(task).items():
            if name not in accepted or not isinstance(told, dict):
                continue
            if "accepts" in told:
                with contextlib.suppress(ValueError):
                    accepted[name] = value_type(told["accepts"])
            if told.get("from"):
                derived[name] = list(told["from"])
    return accepted, derived


def _declared(task: Mapping[str, Any]) -> dict[str, Any]:
    given = task.get("inputs", {}).get("parameters", {}).get(STEP_PARAMETER, {})
    try:
        declared = json.loads(given["runtimeValue"]["constant"])["defaults"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return declared if isinstance(declared, dict) else {}


def encode_parameters(graph: Graph, values: Mapping[str, Any]) -> dict[str, Any]:
    """Final ``values`` of parameters as the IR's run-time parameters.

    Parameters without a value, or with a default that is left out of the IR (see :func:`definition`), are left out;
    others keep their Python values, which are JSON values.
    """
    encoded: dict[str, Any] = {}
    for parameter in graph.parameters:
        if parameter.name not in values:
            continue
        value, accepts = values[parameter.name], parameter.accepts
        carried = accepts.carrier != "none" and _travels(value) and _is_of(value, accepts)
        if carried or not same(value, parameter.default):
            encoded[parameter.name] = as_ir_value(value, accepts)
    return encoded


def as_ir_value(value: Any, accepts: ValueType) -> Any:
    """A value as the pipeline's parameter carries it: JSON text where no type of KFP can hold it."""
    return json.dumps(value, ensure_ascii=False) if accepts.carrier == "none" else value


def _is_of(value: Any, accepts: ValueType) -> bool:
    """Not a whole number as the default of a float: what carries floats would make it one."""
    return TYPES.get(type(value)) == accepts.type


def _is_text(accepts: ValueType) -> bool:
    return accepts.type == "str" and accepts.optional


def _travels(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= _LARGEST_EXACT
    if isinstance(value, list):
        return all(map(_travels, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _travels(item) for key, item in value.items())
    # None inside a list is valid, but KFP's SDK cannot take it in a default.
    return isinstance(value, str)
