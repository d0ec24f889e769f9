"""A program while it is written: each statement is run at once, so that the next one fits what there is."""

from __future__ import annotations

import collections
import contextlib
import io
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

_MOST_PATHS = 60
_DEEPEST = 3
#: What programs set on modules, to be taken away again.
MARKS = ("own_mark", "own_list")
MARKED = ("string", "math")

#: Kinds by the names that the forms use.
KINDS: dict[str, tuple[type, ...]] = {
    "list": (list,),
    "dict": (dict,),
    "set": (set,),
    "array": (np.ndarray,),
    "frame": (pd.DataFrame,),
    "series": (pd.Series,),
    "deque": (collections.deque,),
    "bytes": (bytearray,),
    "rng": (random.Random,),
}


class Live:
    """The namespace of a program, and the expressions that lead to what is in it."""

    def __init__(self) -> None:
        self.module = ModuleType("__main__")
        self.module.__dict__["__builtins__"] = __builtins__
        self._pinned: set[str] = set()

    def run(self, source: str) -> bool:
        """Whether the statement ends without an exception."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, "<live>", "exec", dont_inherit=True), self.module.__dict__)
        except Exception:  # noqa: BLE001 - the program will say what it was
            return False
        return True

    def pin(self) -> None:
        """What there is by now belongs to the set-up: imports, helpers."""
        self._pinned = set(self.module.__dict__)

    def names(self) -> list[str]:
        """Names of the program's own values, in the order in which they were first bound."""
        return [name for name in self.module.__dict__ if name not in self._pinned and name[0] != "_"]

    def value(self, path: str) -> Any:
        """What an expression of :meth:`paths` gives."""
        return eval(path, self.module.__dict__)

    def paths(self, *kinds: str) -> list[str]:
        """Expressions for mutable objects of these kinds (any kind, when none is named)."""
        wanted = tuple(one for kind in kinds for one in KINDS.get(kind, ()))
        own = "object" in kinds
        found = []
        for path, value in self._reachable():
            if not kinds or isinstance(value, wanted) or (own and _is_own(value)):
                found.append(path)
        return found

    def _reachable(self) -> Iterator[tuple[str, Any]]:
        seen: set[tuple[int, int]] = set()
        waiting = [(name, self.module.__dict__[name], 0) for name in self.names()]
        count = 0
        while waiting and count < _MOST_PATHS:
            path, value, depth = waiting.pop(0)
            if _is_plain(value) or isinstance(value, (ModuleType, type, io.IOBase)) or callable(value):
                continue
            if depth and (id(value), depth) in seen:
                continue
            seen.add((id(value), depth))
            count += 1
            yield path, value
            if depth < _DEEPEST:
                waiting += [(f"{path}{suffix}", inner, depth + 1) for suffix, inner in _members(value)]


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str, bytes, np.generic))


def _is_own(value: Any) -> bool:
    return type(value).__module__ == "__main__" and not callable(value)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple, collections.deque)):
        yield from ((f"[{place}]", value[place]) for place in range(min(len(value), 3)))
    elif isinstance(value, dict):
        keys = [key for key in list(value)[:4] if isinstance(key, (str, int))]
        yield from ((f"[{key!r}]", value[key]) for key in keys)
    elif _is_own(value):
        yield from (
            (f".{name}", inner)
            for name, inner in list(vars(value).items())[:4]
            if isinstance(name, str) and name.isidentifier()
        )


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Programs are written in a folder of their own; what they leave in the process is taken back."""
    environment, place = dict(os.environ), Path.cwd()
    states = random.getstate(), np.random.get_state()
    main = sys.modules["__main__"]
    try:
        with tempfile.TemporaryDirectory(prefix="live-") as folder:
            os.chdir(folder)
            yield
            os.chdir(place)
    finally:
        os.chdir(place)
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(environment)
        random.setstate(states[0])
        np.random.set_state(states[1])
        for module in MARKED:
            for mark in MARKS:
                sys.modules[module].__dict__.pop(mark, None)
