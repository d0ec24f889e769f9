"""Annotations of parameters as types: ``Literal["a", "b"]``, ``int | None``, ``Annotated[float, Ge(0)]``, never run."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from cellift.notebook.parameters.literals import NotPlain, fold
from cellift.notebook.parameters.value_types import ANY, TYPES, ParameterType, ValueType, either_of, fit, of_value
from cellift.project.dotted import last_name

_NAMES: dict[str, ParameterType] = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    **dict.fromkeys(("list", "List", "Sequence", "MutableSequence", "Iterable", "Collection"), "list"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping"), "dict"),
}
_ANYTHING = ("Any", "object")
_BOUNDS = {"Ge": "ge", "Gt": "gt", "Le": "le", "Lt": "lt", "MinLen": "min_length", "MaxLen": "max_length"}
_LENGTHS = ("min_length", "max_length")


def read_annotation(annotation: ast.expr | None) -> ValueType | None:
    """The type that an annotation names; None when it says nothing that could be checked."""
    return None if annotation is None else _union([annotation])


def _read(node: ast.expr) -> ValueType | None:
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = last_name(node)
        if name in _ANYTHING:
            return ANY
        return ValueType(_NAMES[name]) if name in _NAMES else None
    if isinstance(node, ast.Subscript):
        return _subscript(last_name(node.value), node.slice)
    return None


def _subscript(name: str, inside: ast.expr) -> ValueType | None:
    arguments = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if name == "Literal":
        return _literal(arguments)
    if name == "Annotated":
        return _annotated(arguments)
    if name in ("Final", "ClassVar"):
        return _union(arguments[:1])
    kind = _NAMES.get(name)
    if kind == "list":
        return ValueType("list", items=_checkable(_union(arguments[:1])))
    if kind == "dict":
        return ValueType("dict", items=_checkable(_union(arguments[1:2])))
    return None


def _checkable(items: ValueType | None) -> ValueType | None:
    return None if items == ANY else items


def _union(nodes: list[ast.expr]) -> ValueType | None:
    """The type of a union; None as soon as one part is not understood."""
    parts: list[ValueType] = []
    optional = False
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Constant) and node.value is None:
            optional = True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                waiting.insert(0, ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            waiting[:0] = [node.left, node.right]
        elif isinstance(node, ast.Subscript) and last_name(node.value) in ("Union", "Optional"):
            optional = optional or last_name(node.value) == "Optional"
            waiting[:0] = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        else:
            part = _read(node)
            if part is None:
                return None
            parts.append(part)
    return either_of(parts, optional=optional) if parts else None


def _literal(arguments: list[ast.expr]) -> ValueType | None:
    parts: list[ValueType] = []
    optional = False
    for node in arguments:
        if isinstance(node, ast.Subscript) and last_name(node.value) == "Literal":
            nested = _read(node)
            if nested is None:
                return None
            parts.append(nested)
            continue
        value = _value(node)
        if value is None:
            optional = True
        elif isinstance(value, (bool, int, str)):
            parts.append(replace(of_value(value), choices=(value,)))
        else:
            return None
    # Literal[1, "a", 2] is two lists of choices.
    merged: dict[str, list[ValueType]] = {}
    for part in parts:
        for one in part.either or (part,):
            merged.setdefault(one.type, []).append(one)
    if not merged:
        return None
    return either_of([either_of(group, optional=False) for group in merged.values()], optional=optional)


def _annotated(arguments: list[ast.expr]) -> ValueType | None:
    base = _union(arguments[:1])
    if base is None or base.type == "none":
        return base
    for node in arguments[1:]:
        base = _with_choices(base, node) if not isinstance(node, ast.Call) else _with_limits(base, node)
    return base


def _with_choices(base: ValueType, node: ast.expr) -> ValueType:
    """A list, tuple or set of values of the type are the choices; a text is a remark."""
    values = _value(ast.List(node.elts) if isinstance(node, ast.Set) else node)
    if not isinstance(values, (list, tuple)) or not values:
        return base
    try:
        return replace(base, choices=tuple(fit(value, replace(base, optional=False)) for value in values))
    except ValueError:
        return base


def _with_limits(base: ValueType, call: ast.Call) -> ValueType:
    """``Ge(0)``, ``Interval(ge=0, le=1)``, ``Field(gt=0)``, ``Len(1, 5)``: as in annotated-types and pydantic."""
    name = last_name(call.func)
    given: list[tuple[str, ast.expr]] = []
    if name in _BOUNDS:
        given += [(_BOUNDS[name], argument) for argument in call.args[:1]]
        given += [(_BOUNDS[name], keyword.value) for keyword in call.keywords]
    elif name == "Len":
        given += list(zip(_LENGTHS, call.args, strict=False))
    if name in ("Interval", "Field", "Len"):
        given += [(keyword.arg or "", keyword.value) for keyword in call.keywords]
    found = dict(base.limits)
    for limit, node in given:
        value = _value(node)
        if limit in _LENGTHS:
            fits = base.type in ("str", "list", "dict") and type(value) is int
        else:
            fits = limit in _BOUNDS.values() and base.type in ("int", "float") and type(value) in (int, float)
        if fits:
            found[limit] = value
    return replace(base, limits=tuple(found.items()))


def _value(node: ast.expr) -> Any:
    try:
        value = fold(node, {})
    except NotPlain:
        return ...
    return value if type(value) in TYPES or isinstance(value, tuple) else ...
