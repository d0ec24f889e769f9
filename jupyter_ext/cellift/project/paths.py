"""Where an interpreter finds modules: asked of the interpreter itself in isolation, or read from our own."""

from __future__ import annotations

import json
import os
import sys
from functools import lru_cache
from typing import NamedTuple

_ASK = (
    "import json, sys; print(json.dumps([[p for p in sys.path if p], "
    "sorted(getattr(sys, 'stdlib_module_names', ())), sorted(sys.builtin_module_names)]))"
)
_PATIENCE = 20


class SearchPath(NamedTuple):
    """The folders of an interpreter in order, and the names of its standard library."""

    python: str
    folders: tuple[str, ...]
    standard: frozenset[str]
    builtin: frozenset[str]


def search_path(python: str | None = None) -> SearchPath:
    """The search path of *python* (default: this interpreter), without the folder of the program."""
    if python is None or os.path.abspath(python) == sys.executable:  # noqa: PTH100 - links name environments
        here = os.getcwd()  # noqa: PTH109
        folders = tuple(p for p in sys.path if p and p != here and os.path.isdir(p) and not p.endswith("/bin"))  # noqa: PTH112
        return SearchPath(sys.executable, folders, _standard(), frozenset(sys.builtin_module_names))
    try:
        stamp = os.stat(python).st_mtime_ns  # noqa: PTH116
    except OSError:
        stamp = 0
    return _asked(python, stamp)


def _standard() -> frozenset[str]:
    return frozenset(sys.stdlib_module_names)


@lru_cache(maxsize=16)
def _asked(python: str, _stamp: int) -> SearchPath:
    import subprocess

    try:
        done = subprocess.run(
            [python, "-I", "-c", _ASK], capture_output=True, timeout=_PATIENCE, check=True, stdin=subprocess.DEVNULL
        )
        folders, standard, builtin = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return SearchPath(python, (), _standard(), frozenset(sys.builtin_module_names))
    return SearchPath(python, tuple(folders), frozenset(standard) or _standard(), frozenset(builtin))
