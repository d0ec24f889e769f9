"""State of the process that is no variable: random generators, and settings that Python and libraries keep.

By name: ``state:random`` and the other :data:`GENERATORS` are taken and set as a whole. Of :data:`SETTINGS` only
changes cross: what a process was started with (its environment, its folders) is its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from ...values import ValuesError
from . import interpreter_settings as interpreter
from . import library_settings as library
from .import_prints import PRINTED, read_printed, write_printed
from .logging_settings import fresh_logging, read_logging, unknown_handler, write_logging

GENERATORS = ("state:random", "state:numpy.random", "state:torch")

Items = dict[str, tuple[Any, ...]]
"""Key -> ``(value,)`` of a setting. Values are compared, never changed."""

Changes = dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]]
"""Key -> (before, after); ``()`` for what is not there."""

IMPORTS = "\0imports"
"""A key among the changes of a setting: the modules whose import made them. They are imported first."""


class _Kind(NamedTuple):
    """``module`` keeps it. ``fresh(module)``: what it is when the module has just been imported."""

    module: str
    read: Callable[[Any], dict[str, Any]]
    write: Callable[[Any, str, tuple[Any, ...]], None]
    fresh: Callable[[Any], dict[str, Any]]


class StateStaysError(ValuesError):
    """A change of the state cannot be made in the process of a later step. ``what`` stands in the way."""

    code = "CL522"

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        self.fix = "Make the change in a statement of its own above the first step, or in each step that needs it."
        kind = name.partition(":")[2]
        super().__init__(
            f"The step changed the state of {kind} in a way that no later step can take up ({what}). {self.fix}"
        )


def generator(name: str) -> Any:
    """The state of a generator, as plain values; None when its module is not imported."""
    module: Any = sys.modules.get(name.partition(":")[2])
    if module is None:
        return None
    if name == "state:random":
        return module.getstate()
    if name == "state:numpy.random":
        kind, keys, *rest = module.get_state()
        return (kind, keys.tolist(), *rest)
    states = [module.get_rng_state()]
    if module.cuda.is_initialized():
        states += module.cuda.get_rng_state_all()
    return [state.numpy().tobytes() for state in states]


def set_generator(name: str, state: Any) -> None:
    """Let a generator go on from a state that :func:`generator` gave in another process."""
    import importlib

    module: Any = importlib.import_module(name.partition(":")[2])
    if name == "state:random":
        module.setstate(state)
    elif name == "state:numpy.random":
        module.set_state(tuple(state))
    else:
        states = [module.frombuffer(bytearray(one), dtype=module.uint8) for one in state]
        module.set_rng_state(states[0])
        if states[1:]:
            module.cuda.set_rng_state_all(states[1:])


def settings(names: Optional[frozenset[str]] = None) -> dict[str, Items]:
    """Those of ``names`` (all) as they are now; those of modules that are not imported are left out."""
    return _all(lambda kind: kind.read, names)


def fresh(names: frozenset[str]) -> dict[str, Items]:
    """What those of ``names`` were when their modules had just been imported."""
    return _all(lambda kind: kind.fresh, names)


def _all(
    chosen: Callable[[_Kind], Callable[[Any], dict[str, Any]]], names: Optional[frozenset[str]]
) -> dict[str, Items]:
    found: dict[str, Items] = {}
    for name, kind in _KINDS.items():
        loaded: Any = sys.modules.get(kind.module)
        try:
            if loaded is not None and (names is None or name in names):
                found[name] = {key: (value,) for key, value in chosen(kind)(loaded).items()}
        except Exception:  # noqa: BLE001, S112
            # A module that is half imported, or another one of that name; a working directory that was removed.
            continue
    return found


def changes(before: dict[str, Items], after: dict[str, Items]) -> dict[str, Changes]:
    """What differs, of the kinds that are in both."""
    found: dict[str, Changes] = {}
    for name, items in after.items():
        old = before.get(name, items)
        differing = {key: (old.get(key, ()), items.get(key, ())) for key in {**old, **items}}
        differing = {key: pair for key, pair in differing.items() if not _same(*pair)}
        if differing:
            found[name] = differing
    return found


def changed_items(items: Items, found: Changes) -> Items:
    """``items`` after the changes. Lists take over what was added and removed; anything else is replaced."""
    result = dict(items)
    for key, (old, new) in found.items():
        now = items.get(key, ())
        if not new:
            result.pop(key, None)
        elif now and old and isinstance(new[0], tuple):
            result[key] = (_merged(now[0], old[0], new[0]),)
        else:
            result[key] = new
    return result


def make_changes(name: str, found: Changes) -> None:
    """Make changes of a setting, found in another process, in this one."""
    import importlib

    kind = _KINDS[name]
    found = dict(found)
    try:
        for module in found.pop(IMPORTS, ((), ()))[1]:
            importlib.import_module(module)
        loaded: Any = importlib.import_module(kind.module)
        now = {key: (value,) for key, value in kind.read(loaded).items()}
        wanted = changed_items(now, found)
        for key in found:
            if not _same(now.get(key, ()), wanted.get(key, ())):
                kind.write(loaded, key, wanted.get(key, ()))
    except Exception as error:
        raise StateStaysError(name, str(error) if isinstance(error, ValueError) else repr(error)) from error


def stays(name: str, found: Changes) -> Optional[str]:
    """What of the changes no other process can make, in words."""
    for key, (_, new) in found.items() if name == "state:logging" else ():
        words = unknown_handler(key, new)
        if words:
            return words
    return None


def followed(first: Changes, second: Changes) -> Changes:
    """Both changes, one after the other, as one."""
    found = dict(first)
    for key, (old, new) in second.items():
        found[key] = (first[key][0] if key in first else old, new)
    if IMPORTS in first and IMPORTS in second:
        found[IMPORTS] = ((), tuple(dict.fromkeys([*first[IMPORTS][1], *second[IMPORTS][1]])))
    return found


def _same(first: tuple[Any, ...], second: tuple[Any, ...]) -> bool:
    try:
        return bool(first == second)
    except Exception:  # noqa: BLE001 - values of any type
        return repr(first) == repr(second)


def _merged(now: tuple[Any, ...], old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    """``now`` with what ``new`` has more and less than ``old``."""
    if now == old:
        return new
    kept = [place for place, item in enumerate(new) if item in old]
    first = kept[0] if kept else len(new)
    added = [item for item in new if item not in old]
    middle = [item for item in now if (item in new or item not in old) and item not in added]
    return (*new[:first], *middle, *(item for item in new[first:] if item not in old))


def _kind(module: str, read: Any, write: Any, fresh: Any = None) -> _Kind:
    return _Kind(module, read, write, fresh or read)


# In the order in which they are set.
_KINDS: dict[str, _Kind] = {
    "state:environ": _kind("os", interpreter.read_environ, interpreter.write_environ),
    "state:cwd": _kind("os", interpreter.read_cwd, interpreter.write_cwd),
    "state:sys.path": _kind("sys", interpreter.read_path, interpreter.write_path),
    "state:warnings": _kind("warnings", interpreter.read_warnings, interpreter.write_warnings),
    "state:locale": _kind("locale", interpreter.read_locale, interpreter.write_locale),
    PRINTED: _kind("sys", read_printed, write_printed),
    "state:process": _kind("sys", interpreter.read_process, interpreter.write_process),
    "state:logging": _kind("logging", read_logging, write_logging, fresh_logging),
    "state:decimal": _kind("decimal", library.read_decimal, library.write_decimal, library.fresh_decimal),
    "state:numpy": _kind("numpy", library.read_numpy, library.write_numpy, library.fresh_numpy),
    "state:pandas": _kind("pandas", library.read_pandas, library.write_pandas, library.fresh_pandas),
    "state:matplotlib": _kind(
        "matplotlib", library.read_matplotlib, library.write_matplotlib, library.fresh_matplotlib
    ),
    "state:sklearn": _kind("sklearn", library.read_sklearn, library.write_sklearn, library.fresh_sklearn),
}

SETTINGS = tuple(_KINDS)
