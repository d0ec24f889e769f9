"""Progress of a run on standard error as plain lines, one per change, for pipes and files."""

from __future__ import annotations

import os
import sys
from typing import Any, Protocol

from cellift.api.follower import Follower
from cellift.api.run_text import error_text
from cellift.api.table import cut, width
from cellift.api.words import clock, duration, seconds_between
from cellift.runs import states

_MESSAGE = 100
_NAME = 40


class Progress(Protocol):
    """What shows a run while it goes on."""

    def update(self, events: list[dict[str, Any]]) -> None:
        """Show the run as it is after *events*; called several times a second, also without any."""

    def note(self, text: str) -> None:
        """Say something about the run."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class PlainProgress:
    """``14:02:03 train_svm  running``: a line for every change of a step."""

    def __init__(self, follower: Follower) -> None:
        self._tasks = {task["id"]: task for task in follower.run["tasks"]}
        self._width = max((width(cut(task["name"], _NAME)) for task in self._tasks.values()), default=0)

    def update(self, events: list[dict[str, Any]]) -> None:
        """Print a line per step that changed."""
        for event in events:
            task = self._tasks.get(event.get("task", ""))
            if event["type"] == "warning":
                self.note(f"warning: {event.get('message', '')}")
            # The end of the run is told by the result.
            if event["type"] == "run.state" and event.get("reason") and not states.is_terminal(event["state"]):
                self.note(f"{clock(event['time'])} {event['state'].lower()}: {event['reason']}")
            if event["type"] != "task.state" or task is None:
                continue
            said = event["state"].lower()
            if event["state"] in (states.SUCCEEDED, states.FAILED) and task["started"]:
                said += f"  {duration(seconds_between(task['started'], event['time']))}"
            error = event.get("error")
            reason = error_text(error) if error else event.get("reason")
            if reason:
                said += f"  {cut(reason, _MESSAGE)}"
            name = cut(task["name"], _NAME)
            name += " " * (self._width - width(name))
            self.note(f"{clock(event['time'])} {name}  {said}")

    def note(self, text: str) -> None:
        """Print a line, as long as that is possible: a log on a full disk must not end the command."""
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            # What is buffered is written again at the next line and at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

    def close(self) -> None:
        """Nothing to restore."""
