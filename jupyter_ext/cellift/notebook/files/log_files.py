"""Files that logging writes to: where loggers are given one, each message is a line at the end of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from cellift.notebook.files.paths import ANY
from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind

#: Methods of a logger, and functions of ``logging``, that write a message.
LOG_METHODS = frozenset("debug info warning warn error exception critical fatal log".split())
_HANDLERS = frozenset("FileHandler RotatingFileHandler TimedRotatingFileHandler WatchedFileHandler".split())
_BY_TABLE = frozenset({"dictConfig", "fileConfig"})

Named = Callable[[ast.expr], set[str]]
"""What files an expression may name."""
Full = Callable[[ast.expr], str]
"""The full name of what comes from an import, else empty."""


def opens_log_file(call: ast.Call, full: Full = lambda _: "") -> bool:
    """Whether the call lets a logger write to a file."""
    name = _name(call, full)
    if name == "basicConfig":
        return any(keyword.arg in ("filename", "stream", "handlers") for keyword in call.keywords)
    return name in _HANDLERS or name in _BY_TABLE


def _name(call: ast.Call, full: Full) -> str:
    return full(call.func).rpartition(".")[2] or last_name(call.func)


def log_files(nodes: Sequence[ast.stmt], named: Named, full: Full) -> frozenset[str]:
    """Patterns of all files that loggers of the notebook may write to."""
    calls = (call for several in _calls(nodes) for call in several)
    return frozenset(name for call in calls if opens_log_file(call, full) for name in _files(call, named, full))


@of_each_cell
def _calls(nodes: Sequence[ast.stmt]) -> list[ast.Call]:
    return [call for one in nodes for call in of_kind(one, ast.Call)]


def _files(call: ast.Call, named: Named, full: Full) -> Iterator[str]:
    name = _name(call, full)
    if name in _HANDLERS:
        for file in [*call.args[:1], *(k.value for k in call.keywords if k.arg == "filename")]:
            yield from (f"{one}{ANY}" for one in named(file))  # with the files that it turns over to
    elif name in _BY_TABLE:
        yield ANY
    else:
        for keyword in call.keywords:
            if keyword.arg == "filename":
                yield from named(keyword.value)
            elif keyword.arg == "stream":
                yield from _opened(keyword.value, named)


def _opened(stream: ast.expr, named: Named) -> set[str]:
    """The file of ``open(FILE)``; a name may stand for any."""
    if isinstance(stream, ast.Call) and last_name(stream.func) == "open" and stream.args:
        return named(stream.args[0])
    return {ANY} if isinstance(stream, ast.Name) else set()


def begins_anew(call: ast.Call, full: Full = lambda _: "") -> bool:
    """Whether what opens a log file empties it: mode ``w``."""
    given = [k.value for k in call.keywords if k.arg in ("mode", "filemode")]
    if _name(call, full) in _HANDLERS:
        given += call.args[1:2]
    return any(not isinstance(mode, ast.Constant) or "a" not in str(mode.value) for mode in given)


def writes_message(call: ast.Call, path: str) -> bool:
    """Whether the call may write a message; ``path``: the full name of what is called, if it is imported."""
    if path.startswith("logging."):
        return path.rpartition(".")[2] in LOG_METHODS
    if path in ("warnings.warn", "warnings.warn_explicit"):
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr in LOG_METHODS and not path
