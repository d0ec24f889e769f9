"""What a parameter accepts: a type, choices, limits; how texts are read as values of it. Nothing is executed."""

from __future__ import annotations

import ast
import json
import math
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

ParameterType = Literal["int", "float", "bool", "str", "list", "dict", "none"]

TYPES: dict[type, ParameterType] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    list: "list",
    dict: "dict",
    type(None): "none",
}
_WORDS: dict[str, tuple[str, str]] = {
    "int": ("a whole number", "whole numbers"),
    "float": ("a number", "numbers"),
    "bool": ("true or false", "true or false"),
    "str": ("a text", "texts"),
    "list": ("a list", "lists"),
    "dict": ("an object", "objects"),
    "none": ("any value", "any values"),
}
_LIMITS = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "of length at least {}",
    "max_length": "of length at most {}",
}
_COMPARE = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "min_length": operator.ge,
    "max_length": operator.le,
}


@dataclass(frozen=True)
class ValueType:
    """``type`` is "none" where several types are accepted: those of ``either``, or any value when that is empty."""

    type: ParameterType
    optional: bool = False
    choices: tuple[Any, ...] = ()
    limits: tuple[tuple[str, Any], ...] = ()
    items: ValueType | None = None
    either: tuple[ValueType, ...] = ()

    @property
    def carrier(self) -> ParameterType:
        """The type under which pipelines carry it: "none" (JSON text) for what no type of theirs can hold."""
        return "none" if self.optional else self.type

    @property
    def words(self) -> str:
        """``a whole number``, ``one of 'a', 'b'``, ``a list of texts, or None``."""
        if self.either:
            said = " or ".join(one.words for one in self.either)
        elif self.choices:
            listed = ", ".join(map(repr, self.choices))
            said = f"one of {listed}" if len(self.choices) > 1 else listed
        else:
            said = _WORDS[self.type][0]
            if self.items is not None:
                said += f" of {self.items._many}"
            limits = [_LIMITS[name].format(value) for name, value in self.limits]
            said = " ".join([said, " and ".join(limits)]) if limits else said
        return f"{said}, or None" if self.optional else said

    @property
    def _many(self) -> str:
        plain = not (self.choices or self.either or self.items or self.optional or self.limits)
        return _WORDS[self.type][1] if plain else f"({self.words})"

    def to_dict(self) -> dict[str, Any]:
        """What differs from a plain type, as JSON."""
        found: dict[str, Any] = {"type": self.type}
        if self.optional:
            found["optional"] = True
        if self.choices:
            found["choices"] = list(self.choices)
        if self.limits:
            found["limits"] = dict(self.limits)
        if self.items is not None:
            found["items"] = self.items.to_dict()
        if self.either:
            found["either"] = [one.to_dict() for one in self.either]
        return found


def value_type(told: Mapping[str, Any]) -> ValueType:
    """The type that :meth:`ValueType.to_dict` wrote. Raises ``ValueError`` for anything else."""
    try:
        items = told.get("items")
        limits = dict(told.get("limits", {}))
        if told["type"] not in _WORDS or any(name not in _LIMITS for name in limits):
            raise ValueError(told["type"])
        return ValueType(
            told["type"],
            bool(told.get("optional")),
            tuple(told.get("choices", ())),
            tuple(limits.items()),
            None if items is None else value_type(items),
            tuple(value_type(one) for one in told.get("either", ())),
        )
    except (KeyError, TypeError, AttributeError):
        raise ValueError("no type of a parameter") from None


def is_json(value: Any) -> bool:
    """JSON in UTF-8 gives back the same value: no tuples, no keys but texts, no halves of characters."""
    if isinstance(value, str):
        return not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, list):
        return all(is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(key) and is_json(item) for key, item in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    return type(value) in TYPES


def convert(given: Any, wanted: ValueType) -> Any:
    """``given`` as a value of type ``wanted``; ``ValueError`` if it is none.

    A text is read as JSON, else as a Python literal, else it is the text itself where a text is accepted.
    """
    for reading in _readings(given, wanted) if isinstance(given, str) else (given,):
        try:
            return fit(reading, wanted)
        except ValueError:
            continue
    raise ValueError(wanted.words)


def fit(value: Any, wanted: ValueType) -> Any:
    """``value``, a whole number as the float that is wanted; ``ValueError`` when it is not of the type."""
    if value is None and (wanted.optional or wanted == ANY):
        return None
    if wanted.either:
        for exact in (True, False):
            for one in wanted.either:
                if not exact or TYPES.get(type(value)) == one.type:
                    try:
                        return fit(value, one)
                    except ValueError:
                        continue
        raise ValueError(wanted.words)
    if wanted.type == "none":
        if not is_json(value):
            raise ValueError(wanted.words)
        return value
    if wanted.type == "float" and type(value) is int:
        try:
            value = float(value)
        except OverflowError:
            raise ValueError(wanted.words) from None
    if TYPES.get(type(value)) != wanted.type or (isinstance(value, (str, list, dict)) and not is_json(value)):
        raise ValueError(wanted.words)
    if wanted.choices and not any(same(value, choice) for choice in wanted.choices):
        raise ValueError(wanted.words)
    if not all(_within(value, name, bound) for name, bound in wanted.limits):
        raise ValueError(wanted.words)
    if wanted.items is not None:
        for item in value.values() if isinstance(value, dict) else value:
            fit(item, wanted.items)
    return value


#: What a parameter accepts that is None by default and has no annotation.
ANY = ValueType("none")


def same(first: Any, second: Any) -> bool:
    """Equal and of one type, all the way down: True is not 1, 1.0 is not 1."""
    if type(first) is not type(second):
        return False
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, float) and math.isnan(first):
        return math.isnan(second)
    return bool(first == second)


def of_value(value: Any) -> ValueType:
    """The type that a literal shows."""
    return ValueType(TYPES[type(value)])


def either_of(parts: list[ValueType], *, optional: bool) -> ValueType:
    """The union of types; choices of one type are put together."""
    parts = list(dict.fromkeys(parts))
    optional = optional or any(part.optional for part in parts)
    if ANY in parts:
        return ANY
    first = parts[0]
    if all(part.choices and part.type == first.type for part in parts):
        choices = tuple(dict.fromkeys(choice for part in parts for choice in part.choices))
        return replace(first, optional=optional, choices=choices)
    if len(parts) == 1:
        return replace(first, optional=optional)
    return ValueType("none", optional, either=tuple(replace(part, optional=False) for part in parts))


def _readings(text: str, wanted: ValueType) -> Iterator[Any]:
    """What a typed text may mean, the likeliest first."""
    if wanted.type == "str":
        if wanted.optional and text.strip() in ("None", "null"):
            yield None
        yield _unquoted(text)
        yield text
        return
    for read in (json.loads, ast.literal_eval):
        try:
            yield cast(Any, read)(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        # A tuple or a set is a mistake where JSON is wanted, not a text.
        if wanted == ANY:
            return
    yield text


def _unquoted(text: str) -> str:
    """``'"5"'`` in quotes is the text between them; everything else is the text itself."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text
        return value if isinstance(value, str) else text
    return text


def _within(value: Any, limit: str, bound: Any) -> bool:
    measured = len(value) if limit.endswith("_length") else value
    return bool(_COMPARE[limit](measured, bound))
