"""What classes and functions of the notebook were in this step before copied statements changed them.

A value brings its class along as that was in the step that wrote the value. Where the step that reads it has gone
through later changes of the class already, by copies of the statements that make them, the class stays as it is.
"""

from __future__ import annotations

import types
from typing import Any, Callable

from .naming import MAIN, code_bytes

compare: list[Callable[[Any], bytes]] = []
"""What gives the bytes of a value, to see whether two are alike."""

PARTS = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")
"""What a function has besides its code and its attributes."""

_past: dict[int, tuple[Any, dict[str, set[bytes]]]] = {}


def remember(value: Any) -> None:
    """A statement comes next that may change ``value``, if that is a function or a class of the notebook."""
    if not issubclass(type(value), (type, types.FunctionType)) or value.__module__ != MAIN:
        return
    found = _past.setdefault(id(value), (value, {}))[1]
    parts = {} if isinstance(value, type) else {name: getattr(value, name) for name in PARTS}
    for name, content in {**vars(value), **parts}.items():
        found.setdefault(name, set()).add(_bytes(content))


def is_past(value: Any, name: str, content: Any) -> bool:
    """Whether ``content`` is what ``value`` had there before a statement changed it."""
    known = _past.get(id(value), (None, {}))[1].get(name)
    return known is not None and b"" not in known and _bytes(content) in known


def _bytes(content: Any) -> bytes:
    """A function is known by its code: under which name it is found may have changed since."""
    functions = [getattr(content, name, None) for name in ("__func__", "fget", "fset", "fdel")]
    codes = [each.__code__ for each in (content, *functions) if isinstance(each, types.FunctionType)]
    if codes:
        return b"".join(code_bytes(each) + each.co_filename.encode() for each in codes)
    try:
        return compare[0](content)  # made by a module that imports this one
    except Exception:  # noqa: BLE001 - what cannot be compared is not known
        return b""
