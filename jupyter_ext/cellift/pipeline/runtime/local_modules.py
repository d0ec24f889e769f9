"""State that the notebook's own modules keep, from step to step: ``state:module:MODULE:NAME``."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from ...values import CACHED, Attributes, cache_of, known, set_cached, why_not

PREFIX = "state:module:"
_NOTICED = frozenset({"print", "write", "append", "add", "random", "time", "now"})
"""What a function calls whose second run would differ from the first."""


class Rebound:
    """A variable that has another object than it was imported with; others may have the ``first`` one still."""

    def __init__(self, value: Any, first: Any = None) -> None:
        self.value = value
        self.first = first


class Gone:
    """A variable that was deleted."""


class Kept:
    """What a function keeps from one call to the next: its defaults, its attributes, what its closure has."""

    def __init__(self, function: FunctionType) -> None:
        self.defaults = function.__defaults__
        self.kwdefaults = function.__kwdefaults__
        wrapped = vars(function).get("__wrapped__")
        same = vars(wrapped) if isinstance(wrapped, type) else {}  # `functools.wraps` of a class copies all that it has
        attributes = vars(function).items()
        self.attributes = {
            key: one for key, one in attributes if key != "__wrapped__" and same.get(key, self) is not one
        }
        cells = enumerate(_contents(function))
        self.cells = {place: content for place, content in cells if not isinstance(content, _CODE)}

    def __bool__(self) -> bool:
        """Whether there is anything that can change."""
        defaults = [*(self.defaults or ()), *(self.kwdefaults or {}).values()]
        return bool(self.attributes or self.cells) or not all(isinstance(one, (*_CODE, *_PLAIN)) for one in defaults)

    def put_into(self, function: FunctionType, done: tuple[int, ...] = ()) -> None:
        """Let the function go on with it, and functions among its attributes; ``done``: ids of those that do."""
        function.__defaults__, function.__kwdefaults__ = self.defaults, self.kwdefaults
        for key, item in self.attributes.items():
            if not _goes_on(vars(function).get(key), item, (*done, id(function))):
                vars(function)[key] = item
        for place, content in self.cells.items():
            (function.__closure__ or ())[place].cell_contents = content


def _goes_on(now: Any, value: Any, done: tuple[int, ...]) -> bool:
    """Whether it is the function that is there already, which then has what ``value`` has: others may call it."""
    if id(now) in done:
        return True
    if not isinstance(now, FunctionType) or not isinstance(value, FunctionType) or now.__code__ != value.__code__:
        return False
    Kept(value).put_into(now, done)
    return True


_CODE = (type, FunctionType, BuiltinFunctionType, ModuleType)
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


_GONE = Gone()


def _contents(function: FunctionType) -> Iterable[Any]:
    try:
        return [cell.cell_contents for cell in function.__closure__ or ()]
    except ValueError:  # one that has nothing yet
        return ()


def module_states(names: Iterable[str]) -> dict[str, Any]:
    """Those of ``names`` that are state of modules which are imported, with their values."""
    found = {}
    for name in names:
        if name.startswith(PREFIX):
            module, _, inner = name[len(PREFIX) :].partition(":")
            holder = sys.modules.get(module)
            if holder is not None:
                found[name] = state_of(module, inner, vars(holder).get(inner, _GONE))
    return found


def restore(states: dict[str, Any]) -> None:
    """Let modules of this process go on with what :func:`module_states` gave in another one."""
    replaced = [pair for name, value in states.items() if name.startswith(PREFIX) for pair in _restore(name, value)]
    for old, new in replaced:  # at the end: what else was put back may have the old one
        known.replace(old, new)


def _restore(name: str, value: Any) -> Iterator[tuple[Any, Any]]:
    """Gives the object that was there and the new one, if that is another."""
    import importlib

    module, _, inner = name[len(PREFIX) :].partition(":")
    holder = importlib.import_module(module)
    known.note(holder)
    now: Any = vars(holder).get(inner)
    if isinstance(value, Gone):
        vars(holder).pop(inner, None)
    elif isinstance(value, Kept):
        value.put_into(now)
    elif isinstance(now, type):
        for key, item in value.items():
            if isinstance(item, Kept):
                item.put_into(_function(vars(now)[key]))
            elif type(vars(now).get(key)) is CACHED:
                set_cached(vars(now)[key], item)
            elif not _in_place(vars(now).get(key), item):
                yield vars(now).get(key), item
                setattr(now, key, item)
    elif isinstance(value, Rebound):
        setattr(holder, inner, value.value)
        first = known.first(module, inner)
        if value.first is not None:
            _in_place(first, value.first)
            yield first, value.first
    elif type(now) is CACHED:
        if value is not None:
            set_cached(now, value)
    elif not _in_place(now, value):
        setattr(holder, inner, value)
        yield now, value


def state_of(module: str, name: str, value: Any) -> Any:
    """What is handed on of a variable that has ``value`` now."""
    of_others = isinstance(value, (type, FunctionType, CACHED)) and value.__module__ != module
    first = known.first(module, name)
    if value is not _GONE and (of_others or not known.is_first(module, name, value)):
        return Rebound(value, None if why_not(first) is not None else first)
    return taken(value)


def _cache(function: Any) -> Any:
    """None for what cannot cross, as a connection: it is made anew where it is needed, if nobody sees that."""
    kept = cache_of(function)
    unseen = _NOTICED.isdisjoint(function.__wrapped__.__code__.co_names)
    return None if unseen and why_not(kept) is not None else kept


def taken(value: Any) -> Any:
    """What is handed on of a variable: of a class its data, of a function what it keeps, else what is in the value."""
    if isinstance(value, type):
        found = {key: _of_class(value, key, item) for key, item in list(vars(value).items())}  # pickle adds to it
        return Attributes({key: item for key, item in found.items() if item is not _GONE})
    if type(value) is CACHED:
        return _cache(value)
    return Kept(value) if isinstance(value, FunctionType) else _content(value)


def _of_class(owner: type, key: str, item: Any) -> Any:
    """What is handed on of an attribute, if anything is."""
    function = _function(item)
    if type(item) is CACHED and item.__module__ == owner.__module__:
        kept = _cache(item)
        return _GONE if kept is None else kept
    if function is not None and function.__module__ == owner.__module__:
        return Kept(function) or _GONE
    if key.startswith(("__", "_abc_")) or (function is None and (callable(item) or hasattr(type(item), "__get__"))):
        return _GONE
    if function is not None and function.__module__ != "__main__":
        return _GONE
    place = known.variable(item)
    return _content(item) if place is not None and place.path == f"{owner.__name__}.{key}" else item


def _content(value: Any) -> Any:
    """Another object with the same things in it: the object itself is found in the module, also by these things."""
    kind = type(value)
    if known.variable(value) is None:
        return value
    if kind in (dict, list, set, deque, bytearray):
        return value.copy()
    as_any_object = all(getattr(kind, name) is getattr(object, name) for name in ("__reduce__", "__reduce_ex__"))
    if as_any_object and _has_attributes(value):
        with contextlib.suppress(TypeError):  # it is made by code in C, as a lock
            made = object.__new__(kind)
            _set_attributes(made, value)
            return made
    return value


def _has_attributes(value: Any) -> bool:
    """Whether it consists of attributes only, as the objects of most classes do."""
    kinds = type(value).__mro__[:-1]
    made_here = all(each.__flags__ & _HEAP_TYPE for each in kinds) and not hasattr(type(value), "__setstate__")
    # On newer Pythons classes of C are made like those of Python: a queue has neither.
    return made_here and (hasattr(value, "__dict__") or any(True for _ in _slots(value)))


_HEAP_TYPE = 1 << 9


def _slots(value: Any) -> Iterable[MemberDescriptorType]:
    return (each for kind in type(value).__mro__ for each in vars(kind).values() if type(each) is MemberDescriptorType)


def _set_attributes(value: Any, other: Any) -> None:
    """Let ``value`` have the attributes of ``other``, and no more."""
    if hasattr(value, "__dict__"):
        own = dict(vars(other))  # the two may have one dict, which the class keeps
        vars(value).clear()
        vars(value).update(own)
    for slot in _slots(value):
        with contextlib.suppress(AttributeError):  # it has nothing there
            slot.__delete__(value)
        with contextlib.suppress(AttributeError):
            slot.__set__(value, slot.__get__(other))


def _function(item: Any) -> Any:
    """The function of a method, or None."""
    found = getattr(item, "__func__", item) if isinstance(item, (classmethod, staticmethod)) else item
    return found if isinstance(found, FunctionType) else None


def _in_place(now: Any, value: Any) -> bool:
    """Change the object that is there: other modules and the notebook may have it under names of their own."""
    if now is value:
        return True
    if type(now) is not type(value) or isinstance(now, _CODE):
        return False
    if isinstance(now, (dict, set, WeakSet, WeakKeyDictionary, WeakValueDictionary)):
        now.clear()
        now.update(value)
    elif isinstance(now, (list, bytearray)):
        now[:] = value
    elif isinstance(now, deque) and now.maxlen == value.maxlen:
        now.clear()
        now.extend(value)
    elif hasattr(now, "setstate") and hasattr(value, "getstate"):
        now.setstate(value.getstate())
    elif hasattr(now, "__dict__") or _has_attributes(now):
        _set_attributes(now, value)
    else:
        return False
    return True
