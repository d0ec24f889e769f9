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
"""Lines that are fetched at a time."""


class DataBrowser(ipywidgets.VBox):  # type: ignore[misc]
    """A list to pick objects from. ``value`` is the list of what is picked, as ``connection/bucket/key``.

    *start* is where the list begins: a connection, bucket or folder. ``observe(handler, "value")`` tells of changes,
    ``on_pick(callback)`` gives each picked `Data`. *multiple* lets several be picked.
    """

    value = traitlets.List(traitlets.Unicode()).tag(sync=False)

    def __init__(self, start: str = "", *, multiple: bool = False, **options: Any) -> None:
        self._here: Data | None = data(start) if start else None
        self._rows: list[Data] = []
        self._more: Iterator[Data] = iter(())
        self._picked: list[Callable[[Data], None]] = []
        self._where = ipywidgets.HTML()
        self._said = ipywidgets.HTML()
        kind = ipywidgets.SelectMultiple if multiple else ipywidgets.Select
        self._list = kind(rows=10, layout=ipywidgets.Layout(width="100%"))
        self._list.add_class("cellift-data-browser-list")
        self._up = _button("Up", "Go to what this is in", "arrow-up", self.up)
        self._open = _button("Open", "Open the chosen bucket or folder", "folder-open", self.enter)
        self._next = _button("Show more", "Fetch the next lines", "", self.more)
        self._again = _button("Refresh", "Fetch the list again", "refresh", self.refresh)
        buttons = ipywidgets.HBox([self._up, self._open, self._again, self._next])
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
            if self._rows[index].name.endswith("/"):
                self._here = self._rows[index]
                self.refresh()
                return

    def refresh(self) -> None:
        """Fetch the list again."""
        self._rows = []
        self._more = iter(()) if self._here is None else iter(self._here)
        self._where.value = f"<code>{html.escape(shown(str(self._here or 'Connections')))}</code>"
        self._up.disabled = self._here is None
        if self._here is None:
            from cellift.storage.connections.opening import connection_names

            self._rows = [data(name) for name in connection_names()]
        self.more()

    def more(self) -> None:
        """Fetch the next lines."""
        try:
            rows = list(itertools.islice(self._more, PAGE))
        except StorageError as error:
            self._said.value = f"<span role='alert'>{html.escape(str(error))}</span>"
            rows = []
        else:
            self._said.value = "" if rows or self._rows else "There is nothing here."
        self._rows += rows
        self._next.disabled = len(rows) < PAGE
        self._list.options = [(_line(row), index) for index, row in enumerate(self._rows)]
        self._list.index = () if isinstance(self._list, ipywidgets.SelectMultiple) else None
        self.value = []

    def _indexes(self) -> list[int]:
        index = self._list.index
        return list(index) if isinstance(index, tuple) else [] if index is None else [index]

    def _chosen(self, _: Any) -> None:
        before = set(self.value)
        chosen = [self._rows[index] for index in self._indexes()]
        self._open.disabled = not any(one.name.endswith("/") for one in chosen)
        # As text for `data`: not the one for terminals, which writes out what those would obey.
        self.value = ["/".join((one.connection, one.bucket, one.key)) for one in chosen if not one.name.endswith("/")]
        for one in chosen:
            if "/".join((one.connection, one.bucket, one.key)) in set(self.value) - before:
                for callback in self._picked:
                    callback(one)


def _button(text: str, tooltip: str, icon: str, do: Callable[[], None]) -> ipywidgets.Button:
    made = ipywidgets.Button(description=text, tooltip=tooltip, icon=icon, layout=ipywidgets.Layout(width="auto"))
    made.on_click(lambda _: do())
    return made


def _line(row: Data) -> str:
    return shown(row.name) if row.size is None else f"{shown(row.name)}   {size_words(row.size)}"
