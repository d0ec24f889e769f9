"""One run, read as it grows."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from cellift.runs import states
from cellift.runs.journal import JournalReader
from cellift.runs.reduce import Reducer
from cellift.runs.store import RECORD

if TYPE_CHECKING:
    from cellift.runs.model import Event, Run
    from cellift.runs.store import RunStore

# How often a silent run is looked at as a whole: the store closes runs that have lost their supervisor.
_CHECK_SECONDS = 1.0


class Follower:
    """Reads the journal of a run piece by piece; `run` is the run after the last `poll`.

    For callers that have other things to do between two looks (drawing, signals); whoever only waits uses
    ``RunStore.follow``.
    """

    def __init__(self, store: RunStore, run_id: str) -> None:
        # Loading first gives the store's own errors for a run that is not there or cannot be read.
        store.load(run_id)
        folder = store.folder(run_id)
        self._store = store
        self._reader = JournalReader(folder)
        self._reducer = Reducer(json.loads((folder / RECORD).read_bytes()))
        self._checked = time.monotonic()

    @property
    def run(self) -> Run:
        """The run after the last `poll`."""
        return self._reducer.run

    @property
    def over(self) -> bool:
        """Whether the run will not change any more."""
        return states.is_terminal(self.run["state"])

    def poll(self) -> list[Event]:
        """Take in what was written since the last call, and return it."""
        if not self.over and time.monotonic() - self._checked > _CHECK_SECONDS:
            self._checked = time.monotonic()
            self._store.load(self.run["id"])
        events = self._reader.read()
        self._reducer.apply(events)
        return events
