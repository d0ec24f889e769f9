"""What the unpickler calls: make functions, classes and other things that pickle itself cannot.

In files they are under the module name :data:`MODULE`, whatever the name of this package is there.
"""

from __future__ import annotations

import ast
import contextlib
import contextvars
import importlib
import importlib.util
import pickle
import struct
import types
import weakref
from typing import Any, Callable

from .caches import make_cached, set_cached
from .in_modules import variable
from .originals import original
from .rebuild_arrays import ARRAY_CALLS, others, set_attributes, set_references
from .rebuild_code import (
    make_cell,
    make_class,
    make_code,
    make_enum,
    make_function,
    make_module,
    make_typevar,
    named,
    set_class,
    set_function,
)
from .sets import make_set

MODULE = "cellift_values"


def set_arguments(value: Any, state: dict[str, Any]) -> None:
    """Attributes of a part of ``argparse``, which asks whether they are its one text of that content."""
    left_out: Any = importlib.import_module("argparse").SUPPRESS
    vars(value).update({key: left_out if part == left_out else part for key, part in state.items()})


def set_exception(error: Any, state: Any) -> None:
    """What an exception was raised from and where, besides its own state."""
    own, error.__cause__, error.__context__, error.__suppress_context__, *frames = state
    if own:
        error.__setstate__(own)
    traceback = None
    for frame in reversed(frames[0] if frames else ()):
        traceback = _traceback(traceback, *frame)
    error.__traceback__ = traceback


def _traceback(below: Any, file: str, name: str, qualname: str, module: Any, place: Any) -> Any:
    """A frame can only be had of code that raises something there."""
    where = dict(zip(("lineno", "end_lineno", "col_offset", "end_col_offset"), place))  # noqa: B905 - Python 3.9
    statement = ast.Raise(ast.Name("LookupError", ast.Load(), **where), None, **where)
    code: Any = compile(ast.Module([statement], []), file, "exec").replace(co_name=name)
    if hasattr(code, "co_qualname"):
        code = code.replace(co_qualname=qualname)
    try:
        exec(code, {"__name__": module})  # noqa: S102 - nothing but that statement
    except LookupError as error:
        made: Any = error.__traceback__
        return types.TracebackType(below, made.tb_next.tb_frame, made.tb_next.tb_lasti, place[0])


def matches(pattern: Any, text: Any, start: int, end: int) -> tuple[list[Any], dict[Any, int]]:
    """All that ``finditer`` finds, and the place of each; kept until the next call, as one text mostly has many."""
    key = pattern, text, start, end
    if not _matches or _matches[0] != key:
        found = list(pattern.finditer(text, start, end))
        _matches[:] = key, (found, {each.regs: place for place, each in enumerate(found)})
    return _matches[1]  # type: ignore[no-any-return]


_matches: list[Any] = []


def _exception(kind: Any, arguments: tuple[Any, ...]) -> Any:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    return error


def set_raw(value: Any, state: Any) -> None:
    """What an instance holds."""
    items, attributes, slots = state
    if isinstance(value, dict):
        dict.update(value, items)
    elif isinstance(value, list):
        list.extend(value, items)
    elif isinstance(value, set):
        set.update(value, items)
    if attributes is not None:
        object.__getattribute__(value, "__dict__").update(attributes)
    for name, part in slots.items():
        object.__setattr__(value, name, part)


def set_with_dict(value: Any, state: Any) -> None:
    """The same, of one whose attributes are in a dict that others have too."""
    items, attributes, slots = state
    object.__setattr__(value, "__dict__", attributes)
    set_raw(value, (items or (), None, slots))


def _context(name: str, default: Any) -> Any:
    return contextvars.ContextVar(name, default=default[0]) if default else contextvars.ContextVar(name)


def set_context(value: Any, state: Any) -> None:
    """What a context variable is just now."""
    value.set(*state)


def _weak(kind: str, target: Any, callback: Any, hold: bool) -> Any:
    """A weak reference; ``hold``: somebody in the notebook has what it refers to, whom this step does not know."""
    if hold:
        others.append(target)
    if kind == "ref":
        return weakref.ref(target, callback)
    return weakref.proxy(target, callback)


class _Gone:
    """Of this nothing is left."""


def _dead(proxy: bool = False) -> Any:
    return weakref.proxy(_Gone()) if proxy else weakref.ref(_Gone())


def hold(_: Any, targets: list[Any]) -> None:
    """As :func:`_weak`, for what a collection of weak references refers to."""
    others.extend(targets)


def _nan(places: tuple[tuple[str, str], ...], data: bytes) -> float:
    """The very object that a module has, or else one with these bytes."""
    for module, name in places:
        with contextlib.suppress(ImportError, AttributeError):
            return float.__pos__(getattr(importlib.import_module(module), name))  # the same object
    return float(struct.unpack("<d", data)[0])


def call(function: Any, *arguments: Any) -> Any:
    """``function(*arguments)``; a text stands for what has no name that pickle could write."""
    return (_CALLS[function] if isinstance(function, str) else function)(*arguments)


_CALLS: dict[str, Callable[..., Any]] = {
    **ARRAY_CALLS,
    "method": types.MethodType,
    "proxy": types.MappingProxyType,
    "view": lambda owner, name: getattr(owner, name)(),
    "readonly": lambda owner: memoryview(owner).toreadonly(),
    "attribute": lambda owner, name, *arguments: getattr(owner, name)(*arguments),
    "exception": _exception,
    "context": _context,
    "match": lambda pattern, text, start, end, place: matches(pattern, text, start, end)[0][place],
    "raw": lambda kind, base, *content: base.__new__(kind, *content),
    "weak": _weak,
    "dead": _dead,
    "zone": lambda name: importlib.import_module("dateutil.tz").gettz(name),
    "int": lambda text: int(text, 16),
    "references": lambda: importlib.import_module("pandas._libs.internals").BlockValuesRefs(),
    "nan": _nan,
    "variable": variable,
    "original": original,
}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        make_code,
        make_cell,
        make_function,
        set_function,
        make_class,
        make_enum,
        set_class,
        named,
        make_module,
        make_set,
        make_typevar,
        set_exception,
        set_arguments,
        set_context,
        set_attributes,
        set_raw,
        hold,
        set_references,
        make_cached,
        set_cached,
        call,
    )
}
"""What a file may name."""

for _each in FUNCTIONS.values():
    _each.__module__ = MODULE


class Unpickler(pickle.Unpickler):
    """Reads what :class:`.by_value.Pickler` wrote."""

    def find_class(self, module: str, name: str) -> Any:
        """What a global of the stream stands for."""
        return FUNCTIONS[name] if module == MODULE else super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """Written so are sets whose order has to be kept, and what modules have."""
        return pid
