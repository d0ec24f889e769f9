"""Levels and handlers of loggers: what a handler is made of, and one like it for another process.

A handler that writes to a file goes on at the end of that file.
"""

from __future__ import annotations

import io
import sys
from typing import Any, Optional

_FILES = {
    "logging.FileHandler": (),
    "logging.handlers.WatchedFileHandler": (),
    "logging.handlers.RotatingFileHandler": ("maxBytes", "backupCount"),
    "logging.handlers.TimedRotatingFileHandler": ("when", "backupCount", "utc"),
}
_STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__")
UNKNOWN = "?"
"""In the place of what no other process can make."""


def read_logging(module: Any) -> dict[str, Any]:
    """Levels, handlers and switches of all loggers that differ from those of a new one."""
    found: dict[str, Any] = {
        "level ": module.root.level,
        "handlers ": _handlers(module.root),
        "disable": module.root.manager.disable,
    }
    for name, logger in module.root.manager.loggerDict.items():
        if not hasattr(logger, "handlers"):
            continue  # a place for one
        if logger.level:
            found[f"level {name}"] = logger.level
        if any(type(each) is not module.NullHandler for each in logger.handlers):
            found[f"handlers {name}"] = _handlers(logger)
        if not logger.propagate:
            found[f"propagate {name}"] = False
        if logger.disabled:
            found[f"disabled {name}"] = True
    return found


def fresh_logging(module: Any) -> dict[str, Any]:
    """The root logger as it is at first; those of libraries have what these give them."""
    return {**read_logging(module), "level ": module.WARNING, "handlers ": (), "disable": 0}


def write_logging(module: Any, key: str, value: tuple[Any, ...]) -> None:
    """Set one of them; raises :class:`ValueError` for a handler that cannot be made here."""
    if key == "disable":
        module.disable(value[0])
        return
    part, _, name = key.partition(" ")
    logger = module.getLogger(name or None)
    if part == "handlers":
        logger.handlers[:] = [_new_handler(*each) for each in (value[0] if value else ())]
    elif part == "level":
        logger.setLevel(value[0] if value else 0)
    else:
        setattr(logger, part, value[0] if value else part == "propagate")


def unknown_handler(key: str, value: tuple[Any, ...]) -> Optional[str]:
    """The handler among ``value`` that no other process can make, in words."""
    for kind, stream, _, _, words in value[0] if key.startswith("handlers ") and value else ():
        if UNKNOWN in (stream, words):
            logger = f"logger {key[len('handlers ') :]}" if key != "handlers " else "root logger"
            return f"a {kind.rpartition('.')[2]} of the {logger}"
    return None


def _handlers(logger: Any) -> tuple[Any, ...]:
    return tuple(_handler(each) for each in logger.handlers)


def _handler(handler: Any) -> tuple[Any, ...]:
    """(class, what it writes to, its arguments, level, what the formatter is made of)."""
    kind = f"{type(handler).__module__}.{type(handler).__qualname__}"
    arguments: dict[str, Any] = {}
    if kind == "logging.NullHandler":
        stream = "nothing"
    elif kind in _FILES:
        stream = handler.baseFilename
        arguments = {name: getattr(handler, name) for name in ("encoding", *_FILES[kind])}
        if "when" in arguments:
            arguments["interval"] = handler.interval // {"S": 1, "M": 60, "H": 3600}.get(handler.when, 86400)
    elif kind == "logging.StreamHandler":
        stream, arguments = _stream(handler.stream)
    else:
        stream = UNKNOWN
    return kind, stream, tuple(sorted(arguments.items())), handler.level, _words(handler.formatter)


def _stream(stream: Any) -> tuple[str, dict[str, Any]]:
    for name in _STREAMS:
        if stream is getattr(sys, name):
            return name, {}
    if type(stream) is io.TextIOWrapper and isinstance(stream.name, str):
        path = _path_of(stream)
        if path is not None:
            return path, {"encoding": stream.encoding}
    return UNKNOWN, {}


def _path_of(stream: Any) -> Optional[str]:
    """Where the open file is: its name may be relative to another working directory, or no path at all."""
    import os

    try:
        number = stream.fileno()
        for path in (os.path.abspath(stream.name), os.path.realpath(f"/proc/self/fd/{number}")):
            if os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(number)):
                return path
    except (OSError, ValueError):
        pass
    return None


def _words(form: Any) -> Any:
    if form is None:
        return None
    if type(form).__module__ != "logging" or type(form).__qualname__ != "Formatter":
        return UNKNOWN
    return form._fmt, form.datefmt, type(form._style).__name__


def _new_handler(kind: str, stream: str, given: tuple[Any, ...], level: int, words: Any) -> Any:
    import importlib

    module, _, name = kind.rpartition(".")
    if UNKNOWN in (stream, words):
        raise ValueError(f"a {name}")
    make = getattr(importlib.import_module(module), name)
    arguments = dict(given)
    if stream == "nothing":
        handler = make()
    elif stream in _STREAMS:
        handler = make(getattr(sys, stream))
    elif kind in _FILES:
        handler = make(stream, **arguments)
    else:
        handler = make(open(stream, "a", **arguments))  # noqa: SIM115 - the handler keeps it
    handler.setLevel(level)
    if words:
        logging: Any = importlib.import_module("logging")
        styles = {type(style("")).__name__: sign for sign, (style, _) in logging._STYLES.items()}
        handler.setFormatter(logging.Formatter(words[0], words[1], styles[words[2]]))
    return handler
