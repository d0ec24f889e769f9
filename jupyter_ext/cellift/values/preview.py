"""One short line about any value: never fails, never takes long, never shows more than 200 characters."""

from __future__ import annotations

import itertools
import reprlib
from typing import Any

LIMIT = 200
"""Most characters of a preview."""

# Of a longer text: its length is told behind it.
_HEAD = 150

_MORE = "\u2026"

_ATOMS = (int, float, complex, bool, type(None), bytes, bytearray, range)
_COLLECTIONS = (list, tuple, set, frozenset, dict)


def type_name(value: object) -> str:
    """The type as people call it: ``int``, ``numpy.ndarray``, ``pandas.DataFrame``; classes of the notebook bare."""
    kind = type(value)
    package = str(getattr(kind, "__module__", "")).partition(".")[0]
    if package in ("builtins", "__main__", ""):
        return kind.__qualname__
    return f"{package}.{kind.__qualname__}"


def preview(value: object) -> str:
    """One line of at most :data:`LIMIT` characters that describes ``value``."""
    try:
        text = _describe(value)
    except Exception:  # noqa: BLE001 - a preview must never be the reason why a step fails
        text = f"{type_name(value)} object"
    line = " ".join(text.split())
    # A lone surrogate cannot be written to a file or a socket.
    line = line.encode("utf-8", "backslashreplace").decode("utf-8")
    return line if len(line) <= LIMIT else line[: LIMIT - 1] + _MORE


def _describe(value: Any) -> str:
    kind = type(value)
    package = str(kind.__module__).partition(".")[0]
    if kind is int and value.bit_length() > 1024:
        # The decimal text of a huge integer takes quadratic time (and is refused by newer Pythons).
        return f"int of {value.bit_length():,} bits"
    if kind in _ATOMS:
        return _short().repr(value) if kind not in (bytes, bytearray) else _bytes(value)
    if kind is str:
        return repr(value) if len(value) <= LIMIT else f"{value[:_HEAD]!r}{_MORE} ({len(value):,} characters)"
    if kind in _COLLECTIONS:
        return _collection(value)
    if package == "numpy":
        return _numpy(value)
    if package in ("pandas", "polars"):
        return _table(value)
    if package in ("torch", "tensorflow", "jax", "jaxlib") and hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype} {tuple(value.shape)}"
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return f"{kind.__name__} {value.__qualname__}"
    # Somebody's own __repr__ may be slow, huge or wrong: only small well-known ones are asked.
    return _object(value)


def _short() -> reprlib.Repr:
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = short.maxdict = 6
    short.maxstring = short.maxother = 60
    short.maxlevel = 3
    return short


def _bytes(value: Any) -> str:
    head = repr(bytes(value[:40]))
    return head if len(value) <= 40 else f"{head}{_MORE} ({len(value):,} bytes)"


def _collection(value: Any) -> str:
    size = len(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{_item(key)}: {_item(item)}" for key, item in itertools.islice(value.items(), 6))
    else:
        inside = ", ".join(_item(item) for item in itertools.islice(value, 6))
    if size > 6:
        return f"{type(value).__name__} of {size:,}: {inside}, {_MORE}"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__} of {size}: {inside}" if size else f"{type(value).__name__}()"
    if isinstance(value, dict):
        return "{" + inside + "}"
    if isinstance(value, tuple):
        return f"({inside},)" if size == 1 else f"({inside})"
    return f"[{inside}]"


def _item(value: Any) -> str:
    if type(value) in _COLLECTIONS:
        return f"{type(value).__name__} of {len(value):,}"
    if type(value) is str and len(value) > 40:
        return f"{value[:40]!r}{_MORE}"
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item"):
        return repr(value.item())
    return _describe(value)


def _numpy(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        if value.shape == () and value.dtype.kind in "biufc":
            return f"{value.dtype} {value.item()!r}"
        return repr(value.item()) if value.shape == () else f"{value.dtype} {tuple(value.shape)}"
    return _object(value)


def _table(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is None:
        return _object(value)
    if len(shape) == 2:
        return f"{shape[0]:,} rows x {shape[1]:,} columns"
    return f"{shape[0]:,} rows, {value.dtype}"


def _object(value: Any) -> str:
    kind = type(value)
    if getattr(kind, "__repr__", None) is object.__repr__:
        return f"{type_name(value)} object"
    if getattr(value, "__len__", None) is not None:
        try:
            size = len(value)
        except Exception:  # noqa: BLE001 - unsized after all
            size = 0
        if size > 1000:
            return f"{type_name(value)} of {size:,}"
    return repr(value)
