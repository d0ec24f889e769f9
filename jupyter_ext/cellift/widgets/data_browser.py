"""Picking objects inside a notebook: connections, buckets, folders and objects as a list, a page at a time."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import traitlets

from cellift.api.objects.handle import Data, data
from cellift.api.words import size as size_words
from cellift.storage.errors import StorageError
from cellift.storage.shown import shown

PAGE = 200
"""Lines that are fetched, sent to the browser and shown at a time."""


class DataBrowser(ipywidgets.VBox):  # type: ignore[misc]
    """A list to pick objects from. ``value`` is the list of what is picked, as ``connection/bucket/key``.

    *start* is where the list begins: a connection, bucket or folder. ``observe(handler, "value")`` tells of changes,
    ``on_pick(callback)`` gives each picked `Data`. *multiple* lets several be picked, also on several pages.
    """

    value = traitlets.List(traitlets.Unicode()).tag(sync=False)

    def __init__(self, start: str = "", *, multiple: bool = False, **options: Any) -> None:
        self._here: Data | None = data(start) if start else None
        self._rows: list[Data] = []
        self._more: Iterator[Data] = iter(())
        self._start = 0  # the first line of the page that is shown
        self._picks: dict[int, tuple[int, ...]] = {}  # lines that are chosen, by the first line of their page
        self._turning = False
        self._picked: list[Callable[[Data], None]] = []
        self._where = ipywidgets.HTML()
        self._said = ipywidgets.HTML()
        kind = ipywidgets.SelectMultiple if multiple else ipywidgets.Select
        self._list = kind(rows=10, layout=ipywidgets.Layout(width="100%"))
        self._list.add_class("cellift-data-browser-list")
        self._up = _button("Up", "Go to what this is in", "arrow-up", self.up)
        self._open = _button("Open", "Open the chosen bucket or folder", "folder-open", self.enter)
        self._before = _button("Previous", f"Show the {PAGE} lines before these", "chevron-left", self.back)
        self._next = _button("Next", f"Fetch the next {PAGE} lines", "chevron-right", self.more)
        self._again = _button("Refresh", "Fetch the list again", "refresh", self.refresh)
        buttons = ipywidgets.HBox([self._up, self._open, self._again, self._before, self._next])
        options.setdefault("layout", ipywidgets.Layout(max_width="600px"))
        super().__init__([self._where, self._list, buttons, self._said], **options)
        self._list.observe(self._chosen, "index")
        self.refresh()

    def on_pick(self, callback: Callable[[Data], None]) -> None:
        """Call *callback* with each object that is picked from now on."""
        self._picked.append(callback)

    @property
    def picked(self) -> list[Data]:
        """What is picked, as `Data`."""
        return [data(one) for one in self.value]

    def up(self) -> None:
        """Show what the place that is shown is in."""
        if self._here is not None:
            self._here = self._here.parent if self._here.bucket else None
            self.refresh()

    # Not `open`: by that name ipywidgets tells the browser of a widget.
    def enter(self) -> None:
        """Show what is in the chosen connection, bucket or folder."""
        for index in self._indexes():
            row = self._rows[self._start + index]
            if row.name.endswith("/"):
                self._here = row
                self.refresh()
                return

    def refresh(self) -> None:
        """Fetch the list again, from its first page on."""
        self._rows = []
        self._picks = {}
        self._more = iter(()) if self._here is None else iter(self._here)
        self._where.value = f"<code>{html.escape(shown(str(self._here or 'Connections')))}</code>"
        self._up.disabled = self._here is None
        if self._here is None:
            from cellift.storage.connections.opening import connection_names

            self._rows = [data(name) for name in connection_names()]
        self._fetch()
        self._show(0)

    def more(self) -> None:
        """Show the next page."""
        start = self._start + PAGE
        if start >= len(self._rows):
            self._fetch()
        if start < len(self._rows):
            self._show(start)
        else:
            self._next.disabled = True  # the page before was full, and the last one

    def back(self) -> None:
        """Show the page before; its lines are kept."""
        self._show(max(self._start - PAGE, 0))

    def _fetch(self) -> None:
        try:
            rows = list(itertools.islice(self._more, PAGE))
        except StorageError as error:
            self._said.value = f"<span role='alert'>{html.escape(str(error))}</span>"
            rows = []
        else:
            self._said.value = "" if rows or self._rows else "There is nothing here."
        self._rows += rows
        self._is_all = len(rows) < PAGE

    def _show(self, start: int) -> None:
        """Show the page that begins at a line. ipywidgets sends the lines of a list anew at each change: only these."""
        self._start = start
        page = self._rows[start : start + PAGE]
        chosen = self._picks.get(start, ())
        self._turning = True
        try:
            self._list.options = [(_line(row), index) for index, row in enumerate(page)]
            if isinstance(self._list, ipywidgets.SelectMultiple):
                self._list.index = chosen
            else:
                self._list.index = chosen[0] if chosen else None
        finally:
            self._turning = False
        self._before.disabled = start == 0
        self._next.disabled = self._is_all and start + PAGE >= len(self._rows)
        self._tell()

    def _indexes(self) -> list[int]:
        index = self._list.index
        return list(index) if isinstance(index, tuple) else [] if index is None else [index]

    def _chosen(self, _: Any) -> None:
        if self._turning:
            return
        several = isinstance(self._list, ipywidgets.SelectMultiple)
        self._picks = {**(self._picks if several else {}), self._start: tuple(self._indexes())}
        self._tell()

    def _tell(self) -> None:
        before = set(self.value)
        self._open.disabled = not any(self._rows[self._start + one].name.endswith("/") for one in self._indexes())
        chosen = [self._rows[start + one] for start in sorted(self._picks) for one in self._picks[start]]
        chosen = [one for one in chosen if not one.name.endswith("/")]
        # As text for `data`: not the one for terminals, which writes out what those would obey.
        names = ["/".join((one.connection, one.bucket, one.key)) for one in chosen]
        self.value = names
        for one, name in zip(chosen, names, strict=True):
            if name not in before:
                for callback in self._picked:
                    callback(one)


def _button(text: str, tooltip: str, icon: str, do: Callable[[], None]) -> ipywidgets.Button:
    made = ipywidgets.Button(description=text, tooltip=tooltip, icon=icon, layout=ipywidgets.Layout(width="auto"))
    made.on_click(lambda _: do())
    return made


def _line(row: Data) -> str:
    return shown(row.name) if row.size is None else f"{shown(row.name)}   {size_words(row.size)}"
