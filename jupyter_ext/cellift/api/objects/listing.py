"""What is in a connection, bucket or folder: a table that is fetched while it is read."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from cellift.api.words import size as size_words
from cellift.storage.shown import shown

if TYPE_CHECKING:
    from cellift.api.objects.handle import Data

SHOWN = 200
"""Rows that a table shows of itself; as many are in the first page."""


class Listing:
    """Rows, each a `Data` with ``name``, ``size`` and ``modified`` as listed. Iterated again, it is fetched anew."""

    def __init__(self, rows: Callable[[], Iterator[Data]], what: str, base: str = "") -> None:
        """*base*: what all keys begin with, and names leave out."""
        self._rows = rows
        self._what = what
        self._base = base

    def __iter__(self) -> Iterator[Data]:
        return self._rows()

    def __getitem__(self, index: int) -> Data:
        if index < 0:
            raise IndexError("rows are counted from the first one: what is listed may have no end in sight")
        found = next(itertools.islice(self._rows(), index, None), None)
        if found is None:
            raise IndexError(f"there is no row {index}")
        return found

    def names(self) -> list[str]:
        """All names; this fetches everything."""
        return [self._name(row) for row in self]

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` with name, size (bytes) and modified; this fetches everything."""
        from cellift.api.objects.frames import needed

        pandas = needed("pandas", "to_pandas")
        rows = list(self)
        columns = {"name": [self._name(row) for row in rows], "size": [row.size for row in rows]}
        frame = pandas.DataFrame({**columns, "modified": [row.modified for row in rows]})
        return frame.astype({"size": "Int64"})

    def __repr__(self) -> str:
        rows, more = self._first()
        if not rows:
            return f"{shown(self._what)} is empty."
        wide = max(len(_size(row)) for row in rows)
        lines = [f"{_when(row):<16}  {_size(row):>{wide}}  {shown(self._name(row))}" for row in rows]
        return "\n".join([*lines, f"… (the first {SHOWN}; iterate for all)"] if more else lines)

    def _repr_html_(self) -> str:
        rows, more = self._first()
        if not rows:
            return f"<p>{html.escape(shown(self._what))} is empty.</p>"
        head = "<tr><th style='text-align:left'>name</th><th>size</th><th style='text-align:left'>modified</th></tr>"
        left = "<td style='text-align:left'>"
        body = "".join(
            f"<tr>{left}<code>{html.escape(shown(self._name(row)))}</code></td>"
            f"<td>{_size(row)}</td>{left}{_when(row)}</td></tr>"
            for row in rows
        )
        tail = f"<p>The first {SHOWN}; iterate for all.</p>" if more else ""
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{tail}"

    def _name(self, row: Data) -> str:
        return row.key[len(self._base) :] if row.key else row.name

    def _first(self) -> tuple[list[Data], bool]:
        rows = list(itertools.islice(self._rows(), SHOWN + 1))
        return rows[:SHOWN], len(rows) > SHOWN


def _size(row: Data) -> str:
    return "" if row.size is None else size_words(row.size)


def _when(row: Data) -> str:
    return row.modified.astimezone().strftime("%Y-%m-%d %H:%M") if row.modified else ""
