"""The journal as the supervisor writes it: a full disk is an event of the run, not a crash of the supervisor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cellift.runs.journal import JournalWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class RecordLostError(Exception):
    """Nothing more can be recorded: disk and reserve are full, or the folder is gone."""


class Record:
    """Writes events; ``on_full`` is called once, when the disk turns out to be full."""

    def __init__(self, folder: Path, on_full: Callable[[], None]) -> None:
        self._journal = JournalWriter(folder)
        self._on_full = on_full
        self._full = False

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> None:
        """Append one event. Raises `RecordLostError`."""
        try:
            self._journal.append(kind, sync=sync, **fields)
        except OSError as error:
            raise RecordLostError(str(error)) from error
        if self._journal.on_reserve and not self._full:
            self._full = True
            self._on_full()

    def close(self) -> None:
        """Close the journal of a run that is over."""
        self._journal.release_reserve()
        self._journal.close()


def update_index(folder: Path) -> None:
    """Bring the index of all runs up to date with this one, so that the next listing need not. It can do without."""
    import sqlite3

    from cellift.runs.store import RunStore

    store = RunStore(folder.parent.parent)
    try:
        store.reindex(folder.name)
        store.close()
    except (sqlite3.Error, OSError) as error:
        print(f"The index was not updated: {error}", file=sys.stderr)  # noqa: T201 - the supervisor's log
