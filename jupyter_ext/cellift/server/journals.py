"""The journals of the runs that are going on, read as they grow. Blocking; one thread at a time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cellift.runs import states
from cellift.runs.errors import RunStoreError
from cellift.runs.ids import is_run_id
from cellift.runs.journal import JournalReader
from cellift.runs.reduce import Reducer
from cellift.runs.store import RECORD, RunStore

if TYPE_CHECKING:
    from cellift.runs.model import Event
    from cellift.server.events import RunEvent

# A file system may give two changes the same time when they are closer than this (nanoseconds).
_SAME_TIME = 2_000_000_000
# How often it is checked that the runs still have their supervisors, in seconds.
CHECK = 2.0


class Journals:
    """Finds runs, wherever they were started, and says what changed in them since the last look."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = RunStore(home).runs
        self._known: set[str] = set()
        self._modified = -1
        self._tails: dict[str, _Tail] = {}
        self._over: set[str] = set()  # told as over: nothing can come after that
        self._checked = time.monotonic()
        # Runs that are over are told from those going on by the index, once; a home without runs is not made.
        if self._folder.is_dir():
            self._known = self._names()
            with closing(RunStore(home)) as store:
                page = store.list(limit=1000, state=sorted(states.ALL - states.TERMINAL))
            for run in page["runs"]:
                self._open(run["id"])

    @property
    def active(self) -> bool:
        """Whether a run that is followed is going on."""
        return bool(self._tails)

    def poll(self, asked: Iterable[str] = ()) -> list[RunEvent]:
        """Changes since the last call, in the order of the journals.

        The first look at a run, one that is going on or one of ``asked``, tells its state whatever it is. Several
        changes of one run or task become one, with the state that it has now.
        """
        for run_id in asked:
            if is_run_id(run_id) and run_id not in self._tails and run_id not in self._over:
                self._open(run_id)
        for run_id in self._appeared():
            self._open(run_id)
        self._check()
        events: list[RunEvent] = []
        for run_id, tail in list(self._tails.items()):
            events.extend(tail.read())
            if tail.over:
                del self._tails[run_id]
                self._over.add(run_id)
        return events

    def _open(self, run_id: str) -> None:
        folder = self._folder / run_id
        try:
            record = json.loads((folder / RECORD).read_bytes())
            self._tails[run_id] = _Tail(folder, Reducer(record))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # removed meanwhile, or damaged: the list of runs says so when it is read

    def _appeared(self) -> set[str]:
        """Runs whose folders are new. One ``stat`` while nothing changes."""
        try:
            modified = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return set()
        if modified == self._modified and time.time_ns() - modified > _SAME_TIME:
            return set()
        self._modified = modified
        names = self._names()
        new, self._known = names - self._known, names
        return new

    def _names(self) -> set[str]:
        return {name for name in os.listdir(self._folder) if is_run_id(name)}  # noqa: PTH208 - names only, quick

    def _check(self) -> None:
        """Let the store close runs that lost their supervisors, so that their end is an event too."""
        now = time.monotonic()
        if now - self._checked < CHECK:
            return
        self._checked = now
        with closing(RunStore(self._home)) as store:
            for run_id in list(self._tails):
                try:
                    store.load(run_id)
                except RunStoreError:
                    del self._tails[run_id]  # removed or damaged


class _Tail:
    """One journal from its beginning: the run so far, and what each look added."""

    def __init__(self, folder: Path, reducer: Reducer) -> None:
        self._reader = JournalReader(folder)
        self._reducer = reducer
        self._first = True

    @property
    def over(self) -> bool:
        return states.is_terminal(self._reducer.run["state"])

    def read(self) -> list[RunEvent]:
        events = self._reader.read()
        run = self._reducer.apply(events)
        if self._first:
            self._first = False
            return [{"run_id": run["id"], "state": run["state"], "seq": run["seq"]}]
        changed: dict[str | None, int] = {}
        for event in events:
            subject = _subject(event)
            changed.pop(subject, None)  # so that the order is that of the last changes
            changed[subject] = event["seq"]
        task_states = {task["id"]: task["state"] for task in run["tasks"]}
        found: list[RunEvent] = []
        for subject, seq in changed.items():
            if subject is None:
                found.append({"run_id": run["id"], "state": run["state"], "seq": seq})
            elif subject in task_states:
                found.append({"run_id": run["id"], "task_id": subject, "state": task_states[subject], "seq": seq})
        return found


def _subject(event: Event) -> str | None:
    """The task whose state or outputs changed, or None for the run."""
    return event["task"] if event["type"] in {"task.state", "task.outputs"} else None
