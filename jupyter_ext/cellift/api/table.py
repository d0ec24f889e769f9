"""Columns of text that line up."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Return one line per row, each column as wide as its widest text, no blanks at the ends of lines."""
    if not rows:
        return []
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        (" " * gap).join(text + " " * (most - width(text)) for text, most in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """Return how many places *text* takes in a terminal (wide characters take two, combining ones none)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, most: int) -> str:
    """Return the first line of *text*, at most *most* characters long."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= most else line[: most - 1] + "…"
