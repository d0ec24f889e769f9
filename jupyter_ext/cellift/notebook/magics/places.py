"""Lines of code that stands in a file which a cell runs: one number for the line of the cell and that of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cellift.notebook.diagnostics import Diagnostic
from cellift.notebook.graph import Edge, EdgeName, Place

_APART = 1_000_000
_LINE = re.compile(r"\bline (\d{7,})\b")


def in_file(line: int, inner: int) -> int:
    """Line ``inner`` of the file that line ``line`` of a cell runs."""
    return line * _APART + inner


def in_cell(line: int) -> int:
    """The line of the cell itself."""
    return line // _APART if line >= _APART else line


def shown(found: Diagnostic) -> Diagnostic:
    """A diagnostic that points to the cell, also when it is about a file that the cell runs."""
    message = _LINE.sub(lambda match: f"line {in_cell(int(match[1]))}", found.message)
    if found.line is None or found.line < _APART:
        return replace(found, message=message) if message != found.message else found
    inner = found.line % _APART
    return replace(found, message=f"{message} (Line {inner} of the file.)", line=in_cell(found.line), column=1)


def shown_edges(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Edges whose places are lines of cells."""
    return tuple(
        edge._replace(names=tuple(map(_shown_name, edge.names))) if any(map(_is_in_file, edge.names)) else edge
        for edge in edges
    )


def _is_in_file(name: EdgeName) -> bool:
    return name.producer.line >= _APART or name.consumer.line >= _APART


def _shown_name(name: EdgeName) -> EdgeName:
    return name._replace(producer=_shown_place(name.producer), consumer=_shown_place(name.consumer))


def _shown_place(place: Place) -> Place:
    return Place(place.cell, in_cell(place.line))
