"""Progress of a run as a table that is redrawn in place, on a terminal."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cellift.api.follower import Follower
from cellift.api.run_text import error_text
from cellift.api.table import cut
from cellift.api.words import duration, icon, seconds_between, word
from cellift.runs import states
from cellift.runs.store import RunStore

_FRAME_SECONDS = 0.1
_NAME = 40
# Enough of the end of a log to hold its last line.
_TAIL_BYTES = 4096
_STYLES = {
    states.SUCCEEDED: "green",
    states.CACHED: "green",
    states.FAILED: "bold red",
    states.RUNNING: "cyan",
    states.CANCELLING: "yellow",
}


class LiveProgress:
    """Steps with state, time and last log line, ten times a second; gone at the end, as the result says it all."""

    def __init__(self, follower: Follower, store: RunStore) -> None:
        self._follower = follower
        self._store = store
        self._notes: list[str] = []
        self._drawn = 0.0
        self._spinner = Spinner("dots")
        self._live = Live(console=Console(file=sys.stderr), auto_refresh=False, transient=True)
        self._live.start()

    def update(self, _events: list[dict[str, Any]]) -> None:
        """Draw, unless the last frame is fresh."""
        now = time.monotonic()
        if now - self._drawn >= _FRAME_SECONDS or self._follower.over:
            self._drawn = now
            self._live.update(self._frame(), refresh=True)

    def note(self, text: str) -> None:
        """Show a line below the table."""
        self._notes.append(text)
        self._drawn = 0.0

    def close(self) -> None:
        """Remove the table and give the cursor back."""
        self._live.stop()

    def _frame(self) -> Table:
        run = self._follower.run
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        # Log lines are cut at the edge of the terminal: a table that wraps jumps.
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        shown = self._rows()
        for task in shown:
            table.add_row(
                self._state(task["state"]),
                Text(cut(task["name"], _NAME)),
                duration(seconds_between(task["started"], task["finished"])),
                Text(self._said(task), style="dim"),
            )
        hidden = len(run["tasks"]) - len(shown)
        if hidden:
            done = sum(states.is_terminal(task["state"]) for task in run["tasks"])
            table.add_row("", Text(f"{done} of {len(run['tasks'])} steps are over", style="dim"), "", "")
        outer = Table.grid()
        outer.add_row(self._head(run))
        outer.add_row(table)
        for text in self._notes:
            outer.add_row(Text(text))
        return outer

    @staticmethod
    def _head(run: Any) -> Text:
        head = Text(f"{icon(run['state'])} {word(run['state'])}", style=_STYLES.get(run["state"], "dim"), no_wrap=True)
        head.append(f"  {run['name']}  ", style="bold")
        head.append(duration(seconds_between(run["created"], run["finished"])), style="none")
        if run["reason"]:
            head.append(f"  {run['reason']}", style="dim")
        return head

    def _rows(self) -> list[Any]:
        """All steps when they fit on the screen, else those that are going on and then those that ended last."""
        tasks = list(self._follower.run["tasks"])
        room = max(self._live.console.size.height - 4 - len(self._notes), 3)
        if len(tasks) <= room:
            return tasks
        latest = sorted(tasks, key=lambda task: task["finished"] or "", reverse=True)
        order = sorted(latest, key=lambda task: (task["state"] != states.RUNNING, task["state"] != states.FAILED))
        chosen = {task["id"] for task in order[:room]}
        return [task for task in tasks if task["id"] in chosen]

    def _state(self, state: str) -> Any:
        style = _STYLES.get(state, "dim")
        if state == states.RUNNING:
            self._spinner.update(text=Text(word(state), style=style))
            return self._spinner.render(time.monotonic())
        return Text(f"{icon(state)} {word(state)}", style=style)

    def _said(self, task: Any) -> str:
        if task["error"]:
            return error_text(task["error"])
        if task["reason"]:
            return str(task["reason"])
        if task["state"] == states.RUNNING:
            return _last_line(self._store.log_path(self._follower.run["id"], task["id"], task["attempt"]))
        return ""


def _last_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(end - _TAIL_BYTES, 0))
            tail = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    # A progress bar rewrites its line: what stands after the last return is what a terminal would show.
    lines = tail.replace("\r", "\n").split("\n")
    return next((_printable(line) for line in reversed(lines) if line.strip()), "")


def _printable(line: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", line).expandtabs(4).strip()
