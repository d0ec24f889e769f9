"""Settings of the process and of the interpreter, read and set by key: environment, folders, filters, locale, limits.

Each kind has ``read(module) -> {key: value}`` and ``write(module, key, value)``; ``value`` is ``()`` for a key to be
removed, else ``(value,)``.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import Any

Value = tuple[Any, ...]

home = ""
"""The folder in which the step started; what lies in it is named relative to it."""


def set_home(folder: str) -> None:
    """Tell in which folder the step starts."""
    global home  # noqa: PLW0603 - a process runs one step
    home = folder


def read_environ(module: Any) -> dict[str, Any]:
    """Environment variables."""
    return dict(module.environ)


def write_environ(module: Any, key: str, value: Value) -> None:
    """Set or remove a variable."""
    if value:
        module.environ[key] = value[0]
    else:
        module.environ.pop(key, None)


def read_cwd(module: Any) -> dict[str, Any]:
    """The working directory."""
    folder = module.getcwd()
    inside = home and module.path.commonpath([home, folder]) == home
    return {"": module.path.relpath(folder, home) if inside else folder}


def write_cwd(module: Any, _: str, value: Value) -> None:
    """Go there."""
    module.chdir(os.path.join(home, value[0]))


def read_path(module: Any) -> dict[str, Any]:
    """Where modules are looked for."""
    return {"": tuple(module.path)}


def write_path(module: Any, _: str, value: Value) -> None:
    """In the list that there is: others may have it under another name."""
    module.path[:] = value[0]


def read_warnings(module: Any) -> dict[str, Any]:
    """Warning filters."""
    return {"": tuple(module.filters)}


def write_warnings(module: Any, _: str, value: Value) -> None:
    """The public function tells the interpreter's own code that the list has changed."""
    module.resetwarnings()
    module.filters.extend(value[0])


def read_locale(module: Any) -> dict[str, Any]:
    """All categories in one text."""
    return {"": module.setlocale(module.LC_ALL)}


def write_locale(module: Any, _: str, value: Value) -> None:
    """All categories."""
    module.setlocale(module.LC_ALL, value[0])


def read_process(module: Any) -> dict[str, Any]:
    """What the interpreter and modules of the standard library keep in the process."""
    found: dict[str, Any] = {"recursion limit": module.getrecursionlimit(), "switching": module.getswitchinterval()}
    if hasattr(module, "get_int_max_str_digits"):
        found["digits"] = module.get_int_max_str_digits()
    mask = os.umask(0o077)
    os.umask(mask)
    found["umask"] = mask
    for key, (name, fresh, get, _) in _OF_MODULES.items():
        loaded: Any = sys.modules.get(name)
        found[key] = fresh if loaded is None else get(loaded)
    signals: Any = sys.modules.get("_signal")
    if signals is not None:
        handlers = ((number, _handler(signals, number)) for number in range(1, signals.NSIG))
        found.update({f"signal {number}": handler for number, handler in handlers if handler is not None})
    for name, value in vars(sys.modules["builtins"]).items():
        if not name.startswith("_") and name not in _SHELL:
            found[f"builtins {name}"] = value
    return found


def _handler(signals: Any, number: int) -> Any:
    """The handler of a signal; that of a running event loop, which a cell that awaits has, is gone when the loop is."""
    handler = signals.getsignal(number)
    of_loop = getattr(getattr(handler, "func", None), "__module__", None) == "asyncio.runners"
    return signals.default_int_handler if of_loop else handler


def write_process(module: Any, key: str, value: Value) -> None:
    """Set one of them."""
    import importlib

    kind, _, rest = key.partition(" ")
    if key == "recursion limit":
        module.setrecursionlimit(value[0])
    elif key == "switching":
        module.setswitchinterval(value[0])
    elif key == "digits":
        module.set_int_max_str_digits(value[0])
    elif key == "umask":
        os.umask(value[0])
    elif kind == "signal":
        importlib.import_module("_signal").signal(int(rest), value[0])
    elif kind == "builtins" and not value:
        delattr(module.modules["builtins"], rest)
    elif kind == "builtins":
        setattr(module.modules["builtins"], rest, value[0])
    else:
        name, *_, put = _OF_MODULES[key]
        put(importlib.import_module(name), value[0])


def _set_zone(module: Any, names: tuple[str, ...]) -> None:
    """The variable is set already: it belongs to the environment."""
    module.tzset()
    if module.tzname != names:
        raise ValueError(f"the time zone {'/'.join(names)}")


def _set_collecting(module: Any, on: bool) -> None:
    (module.enable if on else module.disable)()


# Names that a kernel, or Python's own `site`, puts there.
_SHELL = frozenset({"display", "get_ipython", "exit", "quit", "copyright", "credits", "license", "help"})

# Key -> (module, its value before the module is imported, read(module), write(module, value)).
_OF_MODULES: dict[str, tuple[str, Any, Any, Any]] = {
    "collecting": ("gc", True, lambda module: module.isenabled(), _set_collecting),
    "generations": (
        "gc",
        gc.get_threshold(),
        lambda module: module.get_threshold(),
        lambda module, value: module.set_threshold(*value),
    ),
    "zone": ("time", time.tzname, lambda module: module.tzname, _set_zone),
    "timeout": (
        "_socket",
        None,
        lambda module: module.getdefaulttimeout(),
        lambda module, value: module.setdefaulttimeout(value),
    ),
    "csv": (
        "_csv",
        131072,
        lambda module: module.field_size_limit(),
        lambda module, value: module.field_size_limit(value),
    ),
}
