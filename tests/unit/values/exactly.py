"""Compare two values to the last bit: types, order, layout of arrays, flags, identities inside."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pandas as pd


def differences(one: Any, two: Any) -> list[str]:
    """Where the two differ, in words; nothing when they are the same in every respect."""
    found: list[str] = []
    _compare(one, two, "x", found, {}, {})
    return found


def _compare(a: Any, b: Any, at: str, found: list[str], seen: dict[int, int], back: dict[int, int]) -> None:
    if type(a) is not type(b):
        found.append(f"{at}: {type(a)} became {type(b)}")
        return
    if isinstance(a, (type, int, str, bytes, type(None), type(...))):
        if a is not b and (a != b or isinstance(a, type)):
            found.append(f"{at}: {a!r:.60} became {b!r:.60}")
        return
    if id(a) in seen or id(b) in back:
        if seen.get(id(a)) != id(b) or back.get(id(b)) != id(a):
            found.append(f"{at}: is another object")
        return
    if not isinstance(a, (float, complex, tuple, frozenset)):
        seen[id(a)], back[id(b)] = id(b), id(a)
    if isinstance(a, float):
        if struct.pack("d", a) != struct.pack("d", b):
            found.append(f"{at}: {a!r} became {b!r}")
    elif isinstance(a, np.ndarray):
        _arrays(a, b, at, found, seen, back)
    elif isinstance(a, (pd.DataFrame, pd.Series, pd.Index)):
        _tables(a, b, at, found, seen, back)
    elif isinstance(a, dict):
        _compare(list(a), list(b), f"{at} keys", found, seen, back)
        for key, other in zip(a, b, strict=False):
            _compare(a[key], b[other], f"{at}[{key!r:.20}]", found, seen, back)
    elif isinstance(a, (list, tuple, set, frozenset)):
        if len(a) != len(b):
            found.append(f"{at}: {len(a)} members became {len(b)}")
        for place, (left, right) in enumerate(zip(a, b, strict=False)):
            _compare(left, right, f"{at}[{place}]", found, seen, back)
    elif isinstance(a, BaseException):
        for name in ("args", "__cause__", "__context__", "__suppress_context__", "__dict__"):
            _compare(getattr(a, name), getattr(b, name), f"{at}.{name}", found, seen, back)
    elif hasattr(a, "__dict__") and type(a).__module__ != "builtins" and not isinstance(a, np.random.Generator):
        _compare(vars(a), vars(b), f"{at}.__dict__", found, seen, back)
    elif _plain(repr(a)) != _plain(repr(b)):
        found.append(f"{at}: {a!r:.80} became {b!r:.80}")


def _plain(text: str) -> str:
    return text.partition(" at 0x")[0]


def _arrays(a: Any, b: Any, at: str, found: list[str], seen: Any, back: Any) -> None:
    for name in ("shape", "dtype", "strides"):
        if getattr(a, name) != getattr(b, name):
            found.append(f"{at}.{name}: {getattr(a, name)} became {getattr(b, name)}")
            return
    if a.dtype.metadata != b.dtype.metadata:
        found.append(f"{at}.dtype.metadata: {a.dtype.metadata} became {b.dtype.metadata}")
    for name in ("writeable", "c_contiguous", "f_contiguous"):
        if getattr(a.flags, name) != getattr(b.flags, name):
            found.append(f"{at}.flags.{name}: became {getattr(b.flags, name)}")
    if isinstance(a, np.ma.MaskedArray):
        for name in ("_mask", "fill_value", "hardmask"):
            if repr(getattr(a, name)) != repr(getattr(b, name)):
                found.append(f"{at}.{name}: {getattr(a, name)!r} became {getattr(b, name)!r}")
    if isinstance(a, np.memmap) and (a.filename, a.mode, a.offset) != (b.filename, b.mode, b.offset):
        found.append(f"{at}: of file {a.filename} became of {b.filename}")
    if a.dtype.hasobject:
        for place, (left, right) in enumerate(zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)):
            _compare(left, right, f"{at}[{place}]", found, seen, back)
    elif np.asarray(a).tobytes() != np.asarray(b).tobytes():
        found.append(f"{at}: other bytes")


def _tables(a: Any, b: Any, at: str, found: list[str], seen: Any, back: Any) -> None:
    try:
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
        elif isinstance(a, pd.Series):
            pd.testing.assert_series_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
        else:
            pd.testing.assert_index_equal(a, b, exact=True)
    except AssertionError as error:
        found.append(f"{at}: {error}")
    for name in ("attrs", "name", "names", "freq"):
        if hasattr(a, name):
            _compare(getattr(a, name), getattr(b, name), f"{at}.{name}", found, seen, back)
