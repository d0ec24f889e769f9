"""Options of libraries, read and set by key; what they are when the library has just been imported."""

from __future__ import annotations

from typing import Any

_signals = False
"""Whether it counts what calculations with decimal numbers have signalled. Nearly every one signals something."""


def count_signals(on: bool) -> None:
    """Whether somebody looks at them."""
    global _signals  # noqa: PLW0603 - a process runs one step
    _signals = on


_DECIMAL = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")


def read_decimal(module: Any) -> dict[str, Any]:
    """The context of decimal numbers."""
    return _context(module.getcontext())


def fresh_decimal(module: Any) -> dict[str, Any]:
    """That of a new thread."""
    return _context(module.DefaultContext)


def _context(context: Any) -> dict[str, Any]:
    found = {key: getattr(context, key) for key in _DECIMAL}
    found.update({f"trap {signal.__name__}": on for signal, on in context.traps.items()})
    if _signals:
        found.update({f"flag {signal.__name__}": on for signal, on in context.flags.items()})
    return found


def write_decimal(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set a part of the context."""
    context = module.getcontext()
    kind, _, signal = key.partition(" ")
    if key in _DECIMAL:
        setattr(context, key, value[0])
    else:
        (context.traps if kind == "trap" else context.flags)[getattr(module, signal)] = value[0]


def read_numpy(module: Any) -> dict[str, Any]:
    """How arrays are printed, and what happens at errors of arithmetic."""
    return {**module.get_printoptions(), **{f"err {key}": value for key, value in module.geterr().items()}}


def fresh_numpy(module: Any) -> dict[str, Any]:
    """As numpy has been since 1.14; options that are younger count as they are."""
    known = {"precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan"}
    known.update({"infstr": "inf", "sign": "-", "formatter": None, "floatmode": "maxprec", "legacy": False})
    known.update({"err divide": "warn", "err over": "warn", "err under": "ignore", "err invalid": "warn"})
    return {**read_numpy(module), **known}


def write_numpy(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set an option."""
    if key.startswith("err "):
        module.seterr(**{key[4:]: value[0]})
    else:
        module.set_printoptions(**{key: value[0]})


def read_pandas(module: Any) -> dict[str, Any]:
    """All options, by their full names."""
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


def fresh_pandas(module: Any) -> dict[str, Any]:
    """The default of each option."""
    import importlib

    registered: Any = importlib.import_module("pandas._config.config")._registered_options
    now = read_pandas(module)
    return {key: registered[key].defval if key in registered else value for key, value in now.items()}


def write_pandas(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set an option."""
    module.set_option(key, value[0])


def read_matplotlib(module: Any) -> dict[str, Any]:
    """Not through the object's own methods: asking for the backend would choose one."""
    return _drawing(module.rcParams)


def fresh_matplotlib(module: Any) -> dict[str, Any]:
    """What the user's file of settings says."""
    return _drawing(module.rcParamsOrig)


def _drawing(settings: Any) -> dict[str, Any]:
    return {key: value for key, value in dict.items(settings) if not key.startswith("backend")}


def write_matplotlib(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set a parameter."""
    module.rcParams[key] = value[0]


def read_sklearn(module: Any) -> dict[str, Any]:
    """The global configuration."""
    return dict(module.get_config())


def fresh_sklearn(module: Any) -> dict[str, Any]:
    """As it has been since 1.1; parts that are younger count as they are."""
    known = {"assume_finite": False, "working_memory": 1024, "print_changed_only": True, "display": "diagram"}
    return {**read_sklearn(module), **known}


def write_sklearn(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set a part of it."""
    module.set_config(**{key: value[0]})
