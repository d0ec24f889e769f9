"""State of the process that is no variable: random generators, and settings that Python and libraries keep.

By name: ``state:random`` and the other :data:`GENERATORS` are taken and set as a whole. Of :data:`SETTINGS` only
changes cross: what a process was started with (its environment, its folders) is its own.
"""

from __future__ import annotations

import os
import sys
from typing import Any

GENERATORS = ("state:random", "state:numpy.random", "state:torch")

Items = dict[str, tuple[Any, ...]]
"""Key -> ``(value,)`` of a setting. Values are compared, never changed."""

Changes = dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]]
"""Key -> (before, after); ``()`` for what is not there."""

home = ""
"""The folder in which the step started; what lies in it is named relative to it."""


def set_home(folder: str) -> None:
    """Tell in which folder the step starts."""
    global home  # noqa: PLW0603 - a process runs one step
    home = folder


class CannotRestoreError(Exception):
    """A change of the state that an earlier step made cannot be made here."""


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


def settings() -> dict[str, Items]:
    """All settings as they are now; those of modules that are not imported are left out."""
    found: dict[str, Items] = {}
    for name, (module, read, _) in _KINDS.items():
        loaded: Any = sys.modules.get(module)
        try:
            if loaded is not None:
                found[name] = {key: (value,) for key, value in read(loaded).items()}
        except (AttributeError, OSError):
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

    module, read, write = _KINDS[name]
    try:
        loaded: Any = importlib.import_module(module)
        now = {key: (value,) for key, value in read(loaded).items()}
        wanted = changed_items(now, found)
        for key in found:
            if not _same(now.get(key, ()), wanted.get(key, ())):
                write(loaded, key, wanted.get(key, ()))
    except Exception as error:
        raise CannotRestoreError(f"{type(error).__name__}: {error}") from error


def followed(first: Changes, second: Changes) -> Changes:
    """Both changes, one after the other, as one."""
    found = {key: pair for key, pair in first.items() if key not in second}
    for key, (old, new) in second.items():
        found[key] = (first[key][0] if key in first else old, new)
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


def _environ(module: Any) -> dict[str, Any]:
    return dict(module.environ)


def _set_environ(module: Any, key: str, value: tuple[Any, ...]) -> None:
    if value:
        module.environ[key] = value[0]
    else:
        module.environ.pop(key, None)


def _cwd(module: Any) -> dict[str, Any]:
    folder = module.getcwd()
    inside = home and module.path.commonpath([home, folder]) == home
    return {"": module.path.relpath(folder, home) if inside else folder}


def _path(module: Any) -> dict[str, Any]:
    return {"": tuple(module.path)}


def _set_path(module: Any, _: str, value: tuple[Any, ...]) -> None:
    module.path[:] = value[0]


def _warnings(module: Any) -> dict[str, Any]:
    return {"": tuple(module.filters)}


def _set_warnings(module: Any, _: str, value: tuple[Any, ...]) -> None:
    # The public function tells the interpreter's own code that the list has changed.
    module.resetwarnings()
    module.filters.extend(value[0])


def _logging(module: Any) -> dict[str, Any]:
    loggers = {name: each for name, each in module.root.manager.loggerDict.items() if hasattr(each, "level")}
    found: dict[str, Any] = {f"level {name}": each.level for name, each in loggers.items() if each.level}
    found["level "] = module.root.level
    found["disable"] = module.root.manager.disable
    found["handlers"] = [_handler(each) for each in module.root.handlers]
    return found


def _handler(handler: Any) -> Any:
    stream = getattr(handler, "stream", None)
    name = {id(sys.stdout): "stdout", id(sys.stderr): "stderr"}.get(id(stream), "")
    form = handler.formatter
    words = form and (form._fmt, form.datefmt, type(form._style).__name__)
    return type(handler).__name__, name, handler.level, words


def _set_logging(module: Any, key: str, value: tuple[Any, ...]) -> None:
    if key == "handlers":
        module.root.handlers[:] = [_new_handler(module, *each) for each in value[0]]
    elif key == "disable":
        module.disable(value[0])
    else:
        module.getLogger(key[len("level ") :] or None).setLevel(value[0] if value else 0)


def _new_handler(module: Any, kind: str, stream: str, level: int, words: Any) -> Any:
    if kind != "StreamHandler" or not stream:
        raise CannotRestoreError(f"a {kind} of the root logger")
    handler = module.StreamHandler(getattr(sys, stream))
    handler.setLevel(level)
    if words:
        styles = {type(make("")).__name__: sign for sign, (make, _) in module._STYLES.items()}
        handler.setFormatter(module.Formatter(words[0], words[1], styles[words[2]]))
    return handler


_DECIMAL = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")


def _decimal(module: Any) -> dict[str, Any]:
    context = module.getcontext()
    found = {key: getattr(context, key) for key in _DECIMAL}
    found.update({f"trap {signal.__name__}": on for signal, on in context.traps.items()})
    return found


def _set_decimal(module: Any, key: str, value: tuple[Any, ...]) -> None:
    context = module.getcontext()
    if key in _DECIMAL:
        setattr(context, key, value[0])
    else:
        context.traps[getattr(module, key[len("trap ") :])] = value[0]


def _numpy(module: Any) -> dict[str, Any]:
    return {**module.get_printoptions(), **{f"err {key}": value for key, value in module.geterr().items()}}


def _set_numpy(module: Any, key: str, value: tuple[Any, ...]) -> None:
    if key.startswith("err "):
        module.seterr(**{key[4:]: value[0]})
    else:
        module.set_printoptions(**{key: value[0]})


def _pandas(module: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [("", module.options.d)]
    while waiting:
        path, level = waiting.pop()
        for key, value in level.items():
            if isinstance(value, dict):
                waiting.append((f"{path}{key}.", value))
            else:
                found[path + key] = value
    return found


def _set_pandas(module: Any, key: str, value: tuple[Any, ...]) -> None:
    module.set_option(key, value[0])


def _matplotlib(module: Any) -> dict[str, Any]:
    # Not through the object's own methods: asking for the backend would choose one.
    return {key: value for key, value in dict.items(module.rcParams) if not key.startswith("backend")}


def _set_matplotlib(module: Any, key: str, value: tuple[Any, ...]) -> None:
    module.rcParams[key] = value[0]


# Name -> (module, read(module) -> {key: value}, write(module, key, value)).
_KINDS: dict[str, tuple[str, Any, Any]] = {
    "state:environ": ("os", _environ, _set_environ),
    "state:cwd": ("os", _cwd, lambda module, _, value: module.chdir(os.path.join(home, value[0]))),
    "state:sys.path": ("sys", _path, _set_path),
    "state:warnings": ("warnings", _warnings, _set_warnings),
    "state:locale": (
        "locale",
        lambda module: {"": module.setlocale(module.LC_ALL)},
        lambda module, _, value: module.setlocale(module.LC_ALL, value[0]),
    ),
    "state:logging": ("logging", _logging, _set_logging),
    "state:decimal": ("decimal", _decimal, _set_decimal),
    "state:numpy": ("numpy", _numpy, _set_numpy),
    "state:pandas": ("pandas", _pandas, _set_pandas),
    "state:matplotlib": ("matplotlib", _matplotlib, _set_matplotlib),
}

SETTINGS = tuple(_KINDS)
