"""Colour on a terminal, none elsewhere."""

from __future__ import annotations

import os
from typing import TextIO

from cellift.api.diagnostics_text import Paint, plain

_CODES = {"error": "31;1", "warning": "33;1", "info": "34", "bold": "1", "dim": "2", "success": "32", "running": "36"}


def colour_wanted(stream: TextIO) -> bool:
    """Whether *stream* is a terminal that may be coloured (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns_of(stream: TextIO) -> int | None:
    """Return how wide the terminal of *stream* is; None for a file or a pipe, where nothing is cut."""
    if not stream.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def painter(stream: TextIO) -> Paint:
    """Return the `Paint` for what goes to *stream*."""
    return _paint if colour_wanted(stream) else plain


def state_style(state: str) -> str:
    """Return the style of a run's or task's state."""
    return {"SUCCEEDED": "success", "CACHED": "success", "FAILED": "error", "RUNNING": "running"}.get(state, "dim")


def _paint(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text
