"""Tracebacks that point to the notebook: cells and lines, and no frames of ours."""

from __future__ import annotations

import re
import traceback
from typing import Any

from .spec import Slice

_CELL = re.compile(r"<cell (\d+)(?:, (.*))?>\Z")
_FRAME_LINE = re.compile(r'File "<cell (\d+(?:, .*?)?)>", line (\d+)(?:, in (.+))?')

# Both packages of ours are below the same folder; in a container that is the name "<cellift>/".
_HOME = (lambda: None).__code__.co_filename[: -len("pipeline/runtime/tracebacks.py")]
_OURS = (_HOME + "pipeline/runtime/", _HOME + "values/")


def describe(error: BaseException, step: str) -> str:
    """The traceback of ``error`` (and of what it was raised from) as the user should read it."""
    whole = traceback.TracebackException(type(error), error, error.__traceback__)
    _clean(whole, set())

    def rename(match: re.Match[str]) -> str:
        number, line, function = match.groups()
        where = "" if function is None else f", in step {step}" if function == "<module>" else f", in {function}"
        return f"cell {number}, line {line}{where}"

    return _FRAME_LINE.sub(rename, "".join(whole.format())).rstrip("\n") + "\n"


def place(error: BaseException, code: tuple[Slice, ...]) -> tuple[str | None, int | None]:
    """Cell id and line of the innermost frame of ``error`` that is in the notebook."""
    cells = {part.number: part.cell for part in code}
    found: tuple[str | None, int | None] = (None, None)
    if isinstance(error, SyntaxError) and error.filename:
        match = _CELL.match(error.filename)
        if match:
            return cells.get(int(match[1])), None if match[2] else error.lineno
    for frame, line in traceback.walk_tb(error.__traceback__):
        match = _CELL.match(frame.f_code.co_filename)
        if match and int(match[1]) in cells:
            found = cells[int(match[1])], None if match[2] else line
    return found


def _clean(whole: Any, seen: set[int]) -> None:
    if whole is None or id(whole) in seen:
        return
    seen.add(id(whole))
    frames = list(whole.stack)
    first = next((place for place, frame in enumerate(frames) if _CELL.match(frame.filename)), None)
    if first is not None:
        # Before the first line of the notebook there is only what runs it: we, or an event loop.
        frames = frames[first:]
    whole.stack[:] = [frame for frame in frames if not frame.filename.startswith(_OURS)]
    _clean(whole.__cause__, seen)
    _clean(whole.__context__, seen)
    for inner in getattr(whole, "exceptions", None) or ():
        _clean(inner, seen)
