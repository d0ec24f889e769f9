"""What a library had under a name before the notebook put something else there: ``old = f.g; f.g = fake``."""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

from .naming import MAIN, resolve
from .rebuild_code import NotTheSameError

#: What is written by its name; functions of Python are written with their code where the name has something else.
_KINDS = {"builtin_function_or_method", "cython_function_or_method", "_ArrayFunctionDispatcher", "ufunc"}


def place_of(value: Any) -> tuple[str, str] | None:
    """Module and name under which another process finds what is not under its own name any more; None otherwise."""
    if type(value).__name__ not in _KINDS and not isinstance(value, (type, types.FunctionType)):
        return None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == MAIN or resolve(module, name) is value:
        return None
    owner = getattr(value, "__self__", None)
    if isinstance(owner, types.ModuleType):  # a compiled function knows the module that made it
        return owner.__name__, name
    # A public module mostly has it from an inner one (`collections` from `_collections`).
    top = module.partition(".")[0]
    for inner, each in list(sys.modules.items()):
        if (
            inner.partition(".")[0].lstrip("_") == top
            and isinstance(each, types.ModuleType)
            and vars(each).get(name) is value
        ):
            return inner, name
    return None


def original(module: str, name: str, kind: str) -> Any:
    """What ``module`` has under ``name`` as long as nothing has been put there."""
    found = resolve(importlib.import_module(module).__name__, name)
    if type(found).__name__ != kind:
        raise NotTheSameError(f"this step has something else at {module}.{name}")
    return found
