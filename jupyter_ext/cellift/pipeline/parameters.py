"""Notebook parameters as KFP parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from cellift.notebook.graph import Graph, Parameter, ParameterType

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
    spec: dict[str, Any] = {"parameterType": KFP_TYPES[parameter.type], "isOptional": True}
    if parameter.type != "none" and _travels(parameter.default):
        spec["defaultValue"] = parameter.default
    return spec


def declaration(parameter: Parameter, key: str) -> dict[str, str]:
    """What the step is told about a parameter: its type, its default as a Python literal, its ``key`` if another."""
    told = {"type": parameter.type, "value": repr(parameter.default)}
    if key != parameter.name:
        told["key"] = key
    return told


def encode_parameters(graph: Graph, values: Mapping[str, Any]) -> dict[str, Any]:
    """Final ``values`` of parameters as the IR's run-time parameters.

    Parameters without a value, or with a default that is left out of the IR (see :func:`definition`), are left out;
    others keep their Python values, which are JSON values.
    """
    encoded: dict[str, Any] = {}
    for parameter in graph.parameters:
        if parameter.name not in values:
            continue
        value = values[parameter.name]
        if parameter.type == "none":
            if value is not None:
                encoded[parameter.name] = json.dumps(value, ensure_ascii=False)
        elif _travels(value) or (value != parameter.default and not _both_nan(value, parameter.default)):
            encoded[parameter.name] = value
    return encoded


def _both_nan(first: Any, second: Any) -> bool:
    return isinstance(first, float) and isinstance(second, float) and math.isnan(first) and math.isnan(second)


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
