"""Find the member of a value because of which it cannot be pickled, to name it to the user."""

from __future__ import annotations

import itertools
import time
from types import FunctionType, ModuleType
from typing import Any, Iterator

from .by_value import Code, Nowhere, Pickler
from .rebuild_code import content_of

# Bounds of the search: it runs after a failure, and a person waits for its answer.
_DEPTH = 8
_WIDTH = 500
_SECONDS = 2.0


def why_not(value: Any) -> BaseException | None:
    """The error of pickling ``value``, or None if it can be pickled. Nothing is kept in memory."""
    try:
        Pickler(Nowhere(), Code()).dump(value)
    except Exception as error:  # noqa: BLE001 - any class may raise anything from its pickling hooks
        return error
    return None


def find_culprit(values: dict[str, Any], error: BaseException) -> tuple[str, str, Any, str]:
    """``(name, path of the member, the member, cause in words)`` of the first name that cannot be pickled."""
    name = next(iter(values))
    cause: BaseException = error
    for candidate, value in values.items():
        found = why_not(value)
        if found is not None:
            name, cause = candidate, found
            break
    deadline = time.monotonic() + _SECONDS
    path, culprit = name, values[name]
    for _ in range(_DEPTH):
        for step, child in itertools.islice(_members(culprit), _WIDTH):
            if time.monotonic() > deadline:
                return name, path, culprit, _words(cause)
            found = why_not(child)
            if found is not None:
                path, culprit, cause = path + step, child, found
                break
        else:
            break
    return name, path, culprit, _words(cause)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (type, ModuleType)):
        # What they hold is not saved with them.
        return
    if isinstance(value, FunctionType):
        for variable, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):  # noqa: B905 - Python 3.9
            yield from ((f", variable {variable}", content) for content in content_of(cell))
        for index, item in enumerate(value.__defaults__ or ()):
            yield f", default value {index + 1}", item
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"[{_key(key)}]", item
            yield f" key {_key(key)}", key
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield f"[{index}]", item
    elif isinstance(value, (set, frozenset)):
        for item in value:
            yield f" item {_key(item)}", item
    for name, item in getattr(value, "__dict__", {}).items():
        yield f".{name}", item
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                yield f".{name}", getattr(value, name)


def _key(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, (str, int, float, bool, bytes)) else type(value).__name__


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text[:200] if text else type(error).__name__
