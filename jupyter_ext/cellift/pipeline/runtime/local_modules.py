"""State that the notebook's own modules keep, from step to step: ``state:module:MODULE:NAME``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from ...values import CACHED, cache_of, known, set_cached, why_not

PREFIX = "state:module:"
_NOTICED = frozenset({"print", "write", "append", "add", "random", "time", "now"})
"""What a function calls whose second run would differ from the first."""


class Rebound:
    """A variable that has another object than it was imported with; who has the first one keeps that as it is."""

    def __init__(self, value: Any) -> None:
        self.value = value


def module_states(names: Iterable[str]) -> dict[str, Any]:
    """Those of ``names`` that are state of modules which are imported, with their values."""
    found = {}
    for name in names:
        if name.startswith(PREFIX):
            module, _, inner = name[len(PREFIX) :].partition(":")
            holder = sys.modules.get(module)
            if holder is not None and hasattr(holder, inner):
                value = getattr(holder, inner)
                found[name] = taken(value) if known.is_first(module, inner, value) else Rebound(value)
    return found


def restore(name: str, value: Any) -> None:
    """Let a module of this process go on with what :func:`module_states` gave in another one."""
    import importlib

    module, _, inner = name[len(PREFIX) :].partition(":")
    holder = importlib.import_module(module)
    known.note(holder)
    now = getattr(holder, inner, None)
    if isinstance(now, type):
        for key, item in value.items():
            if not _in_place(vars(now).get(key), item):
                setattr(now, key, item)
    elif type(now) is CACHED:
        if value is not None:
            set_cached(now, value)
    elif isinstance(now, FunctionType):
        now.__defaults__, now.__kwdefaults__ = value["defaults"], value["kwdefaults"]
        now.__dict__.update(value["dict"])
    elif isinstance(value, Rebound):
        setattr(holder, inner, value.value)
    elif not _in_place(now, value):
        setattr(holder, inner, value)
        known.replace(now, value)


def taken(value: Any) -> Any:
    """What is handed on of a variable: of a class its data, of a function what it keeps, else the value."""
    if isinstance(value, type):
        return {key: item for key, item in vars(value).items() if _is_data(key, item)}
    if isinstance(value, FunctionType):
        own = {key: item for key, item in vars(value).items() if key != "__wrapped__"}
        return {"defaults": value.__defaults__, "kwdefaults": value.__kwdefaults__, "dict": own}
    return _cache(value) if type(value) is CACHED else value


def _cache(function: Any) -> Any:
    """None for what cannot cross, as a connection: it is made anew where it is needed, if nobody sees that."""
    kept = cache_of(function)
    unseen = _NOTICED.isdisjoint(function.__wrapped__.__code__.co_names)
    return None if unseen and why_not(kept) is not None else kept


def _is_data(key: str, item: Any) -> bool:
    return not (key.startswith("__") or callable(item) or hasattr(type(item), "__get__"))


def _in_place(now: Any, value: Any) -> bool:
    """Change the object that is there: other modules and the notebook may have it under names of their own."""
    if now is value:
        return True
    if type(now) is not type(value):
        return False
    if isinstance(now, (dict, set, WeakSet, WeakKeyDictionary, WeakValueDictionary)):
        now.clear()
        now.update(value)
    elif isinstance(now, (list, bytearray)):
        now[:] = value
    elif hasattr(now, "setstate") and hasattr(value, "getstate"):
        now.setstate(value.getstate())
    elif hasattr(now, "__dict__") and not hasattr(type(now), "__slots__"):
        vars(now).clear()
        vars(now).update(vars(value))
    else:
        return False
    return True
