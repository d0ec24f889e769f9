"""Following the logs of a run."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from cellift.api.follower import Follower
from cellift.runs import states

if TYPE_CHECKING:
    from cellift.runs.store import RunStore

_POLL_SECONDS = 0.05
_CHUNK = 1 << 20


class LogReader:
    """Reads one log file as it grows; never splits a character."""

    def __init__(self, store: RunStore, run_id: str, task: str) -> None:
        self.task = task
        self._store = store
        self._run_id = run_id
        self._attempt = 1
        self._restart(1)

    def read(self, attempt: int) -> str:
        """Return what came since the last call, at most 1 MiB; a new *attempt* starts its own file."""
        if attempt > self._attempt:
            self._restart(attempt)
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_CHUNK)
        except FileNotFoundError:
            return ""
        self._offset += len(data)
        return self._decoder.decode(data)

    def _restart(self, attempt: int) -> None:
        self._attempt = attempt
        self._path = self._store.log_path(self._run_id, self.task, attempt)
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")


def log_chunks(store: RunStore, run_id: str, tasks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (task id, text) as the steps print, until all *tasks* are over and everything was given."""
    follower = Follower(store, run_id)
    readers = [LogReader(store, run_id, task) for task in tasks]
    while True:
        follower.poll()
        state = {task["id"]: task for task in follower.run["tasks"]}
        # Asked before reading: what is written until a step is over is read below.
        over = follower.over or all(states.is_terminal(state[task]["state"]) for task in tasks)
        silent = True
        for reader in readers:
            text = reader.read(state[reader.task]["attempt"])
            if text:
                silent = False
                yield reader.task, text
        if over and silent:
            return
        if silent:
            time.sleep(_POLL_SECONDS)


def follow_logs(store: RunStore, run_id: str, tasks: Sequence[str], stream: TextIO, *, heads: bool) -> None:
    """Write the logs of *tasks* to *stream* as they come; with *heads*, a line names the step when it changes."""
    names = {task["id"]: task["name"] for task in store.load(run_id)["tasks"]}
    last, at_start = "", True
    for task, text in log_chunks(store, run_id, tasks):
        if heads and task != last:
            stream.write(f"{'' if at_start else chr(10)}── {names[task]} ──\n")
            last = task
        stream.write(text)
        stream.flush()
        at_start = text.endswith("\n")
