"""Objects that are variables of modules: another step finds them there, and so they stay one with the variable.

Of the notebook's own modules that is every object that somebody could tell from a copy: a list that functions add to,
settings that a model keeps, a mark that stands for "missing". What a module was imported with counts: that a variable
got another object since then is its state (``state:module:…``), and the first object keeps its name here.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import types
from typing import Any, Dict, Iterator, NamedTuple

from .naming import MAIN, is_named

_ALIKE = frozenset(
    {type(None), bool, int, float, complex, str, bytes, tuple, frozenset, range, slice, property}
    | {types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type(Ellipsis), type(NotImplemented)}
)
"""Kinds whose objects nobody tells apart, or that have a name of their own."""

_FUNCTION = types.FunctionType


class Variable(NamedTuple):
    """Where an object is found: a variable of a module, or ``CLASS.ATTRIBUTE``.

    ``loaded``: the notebook's modules in the order of their import. A later one may have put something into the object,
    as plug-ins do that register themselves.
    """

    module: str
    path: str
    loaded: tuple[str, ...] = ()


class Known:
    """What the notebook's modules were imported with."""

    def __init__(self) -> None:
        self._loaded: dict[str, types.ModuleType] = {}
        self._first: dict[tuple[str, str], Any] = {}
        #: How often a value was read that holds one of them.
        self.asked = 0
        self._places: dict[int, tuple[str, str, Any]] = {}  # with the object, so that its id is no other's

    def __bool__(self) -> bool:
        return bool(self._places)

    def __contains__(self, key: object) -> bool:
        """Whether it is the id of such an object."""
        return key in self._places

    def makes(self, kind: type) -> bool:
        """Whether it is a class of the notebook or of its modules."""
        return kind.__module__ == MAIN or kind.__module__ in self._loaded

    def note(self, module: types.ModuleType) -> None:
        """``module`` has just been imported: what its variables have now is found there in other steps too."""
        name = module.__name__
        if self._loaded.get(name) is module or name == MAIN:
            return
        self._loaded[name] = module
        for path, value in _variables(module):
            self._first[name, path] = value
            if self.variable(value) is None:
                self._places[id(value)] = name, path, value

    def variable(self, value: Any) -> Variable | None:
        """Where another step finds ``value``; None for what has to be written, as what the variable had before."""
        module, path, _ = self._places.get(id(value), ("", "", None))
        return Variable(module, path, tuple(self._loaded)) if module and _now(module, path) is value else None

    def value(self, module: str, path: str) -> Any:
        """What the variable was imported with; what it has now where nobody has looked."""
        if (module, path) in self._first:
            return self._first[module, path]
        return _now(module, path)

    def first(self, module: str, path: str) -> Any:
        """The object that the variable was imported with, if it is one that somebody could tell from a copy."""
        return self._first.get((module, path))

    def is_first(self, module: str, path: str, value: Any) -> bool:
        """Whether the variable still has the object that it was imported with."""
        return self._first.get((module, path), value) is value

    def replace(self, old: Any, new: Any) -> None:
        """Let everybody who has ``old`` have ``new``, which is the same object in another state."""
        if id(old) not in self._places:
            return
        spaces = [vars(sys.modules[name]) for name in (MAIN, *self._loaded) if name in sys.modules]
        for holder in [*spaces, *(each for _, _, each in self._places.values())]:
            _put_for(old, new, holder)
        for place in [place for place, value in self._first.items() if value is old]:
            self._first[place] = new
            self._places[id(new)] = *place, new


def _put_for(old: Any, new: Any, holder: Any) -> None:
    """What is reached by names, attributes and items: ``new`` where ``old`` is."""
    if type(holder) is list:
        holder[:] = [new if value is old else value for value in holder]
        return
    space: Any = holder if type(holder) is dict else getattr(holder, "__dict__", None)
    for name in [name for name, value in space.items() if value is old] if type(space) is dict else ():
        space[name] = new


def _now(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = _hidden(found).get(part) if part[:1] == "<" else getattr(found, part, None)
    return found


def _hidden(value: Any) -> Dict[str, type]:
    """Classes that a function of a module has instead of the module, by ``<NAME>``: ``@singleton class A``."""
    found: Dict[str, type] = {}
    for place, cell in enumerate((type(value) is _FUNCTION and value.__closure__) or ()):
        with contextlib.suppress(ValueError):  # one that has nothing yet
            kind = cell.cell_contents
            if isinstance(kind, type) and kind.__module__ == value.__module__ and not is_named(kind):
                found[f"<{value.__code__.co_freevars[place]}>"] = kind
    return found


known = Known()
"""Of this process."""


class Attributes(Dict[str, Any]):
    """What a class keeps."""


def contents_of(values: Dict[str, Any]) -> set[int]:
    """Ids of what is written itself as the state of a variable; of a class, what is found only there."""
    found: set[int] = set()
    for value in [value for name, value in values.items() if name.startswith("state:module:")]:
        attributes = value.items() if type(value) is Attributes else ()
        places = ((item, key, known.variable(item)) for key, item in attributes)
        found |= {id(value), *(id(item) for item, key, place in places if place and place.path.endswith(f".{key}"))}
    return found


def marks_of(kind: Any) -> dict[int, Variable]:
    """Id -> where a module has an object of ``kind``, if those are marks that are compared by identity.

    They are ``object()`` and such as ``dataclasses.MISSING``: pickle would make others, and nobody changes them.
    """
    plain = kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__
    names = set(sys.modules) if kind is object else {kind.__module__}
    found: dict[int, Variable] = {}
    # What was shown last is in a variable of `builtins`.
    for name in sorted(names - {MAIN, "builtins"}) if plain else ():
        module = sys.modules.get(name)
        for key, each in list(vars(module).items()) if type(module) is types.ModuleType else ():
            if type(each) is kind and not getattr(each, "__dict__", None) and _is_empty(each):
                found.setdefault(id(each), Variable(name, key))
    return found


def _is_empty(value: Any) -> bool:
    """Whether it has nothing that could be changed: no slots with values, no items."""
    try:
        return not any(value.__reduce_ex__(4)[2:])
    except TypeError:  # it cannot be pickled at all
        return True


def variable(module: str, path: str, loaded: tuple[str, ...]) -> Any:
    """The object that :class:`Variable` tells of, in this process."""
    known.asked += 1
    with contextlib.redirect_stdout(io.StringIO()):  # the notebook has printed it where it imported the module
        for name in loaded:
            with contextlib.suppress(Exception):  # only what is asked for has to be there
                known.note(importlib.import_module(name))
        importlib.import_module(module)
    return known.value(module, path)


def _variables(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    for key, value in list(vars(module).items()):
        if key.startswith("__"):
            continue
        if isinstance(value, type):
            own = vars(value).items() if value.__module__ == module.__name__ else ()
            yield from ((f"{key}.{name}", each) for name, each in own if name[:2] != "__" and _counts(each))
        elif type(value) is _FUNCTION:
            if value.__module__ == module.__name__:
                yield from ((f"{key}.{name}", each) for name, each in _hidden(value).items())
        elif _counts(value):
            yield key, value


def _counts(value: Any) -> bool:
    kind = type(value)
    if kind in _ALIKE or isinstance(value, type) or kind.__module__ in ("typing", "re", "logging"):
        return False
    return not (callable(value) and isinstance(getattr(value, "__qualname__", None), str))
