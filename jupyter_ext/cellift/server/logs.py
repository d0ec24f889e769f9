"""``GET runs/ID/logs/TASK``: a piece of a task's log, by byte offset, waiting for more when asked to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import CelliftHandler
from cellift.server.errors import ApiError
from cellift.server.service import Service

# A UTF-8 character has at most four bytes, so that every piece of at least four makes progress.
_LIMIT = (4, 1024 * 1024)
_LIMIT_DEFAULT = 65536
# Proxies give up on a silent request after a minute or less.
_WAIT_MAX = 20.0
_POLL = 0.15


@dataclass(frozen=True)
class Log:
    """A task's log (the file need not exist yet), and whether the task was over when the journal had ``seen`` bytes."""

    file: Path
    journal: Path
    seen: int
    over: bool


class LogHandler(CelliftHandler):
    """Logs are polled by offset; they never travel over the event bus."""

    _track_activity = False
    _gone = False

    def on_connection_close(self) -> None:
        """The client went away: end the wait."""
        super().on_connection_close()
        self._gone = True

    @web.authenticated
    @authorized
    async def get(self, run_id: str, task: str) -> None:
        """Answer ``{text, offset, size, done}``.

        ``offset`` is where to go on, in bytes; ``done`` means that the task is over and everything was given.
        ``tail=N`` gives the last N bytes instead, from the start of a line where one begins in them.
        """
        query = self.query()
        attempt = query.optional_integer("attempt", low=1, high=1_000_000)
        offset = query.integer("offset", 0, low=0)
        limit = query.integer("limit", _LIMIT_DEFAULT, low=_LIMIT[0], high=_LIMIT[1])
        tail = query.optional_integer("tail", low=1, high=_LIMIT[1])
        wait = query.seconds("wait", high=_WAIT_MAX)

        log = await self.blocking(_find, self.service, run_id, task, attempt)
        if tail is None and wait:
            log = await self._wait_for_more(log, offset, wait, lambda: _find(self.service, run_id, task, attempt))
        if tail is not None:
            self.answer(await self.blocking(_read_tail, log, tail))
        else:
            self.answer(await self.blocking(_read, log, offset, limit))

    async def _wait_for_more(self, log: Log, offset: int, seconds: float, find: Callable[[], Log]) -> Log:
        """Wait until the log has more than ``offset`` bytes, the task is over, or the time or the client is gone."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not log.over and _size(log.file) <= offset and not self._gone and loop.time() < deadline:
            await asyncio.sleep(_POLL)
            # Two stat calls a look; the run is read again only when something happened in it.
            if _size(log.journal) != log.seen:
                log = await self.blocking(find)
        return log


def _find(service: Service, run_id: str, task_id: str, attempt: int | None) -> Log:
    from cellift.runs import states
    from cellift.runs.journal import JOURNAL

    store = service.store()
    whole = store.resolve(run_id)
    journal = store.folder(whole) / JOURNAL
    seen = _size(journal)  # before the run is read: what comes in between is seen as a change
    run = store.load(whole)
    for task in run["tasks"]:
        if task["id"] == task_id:
            break
    else:
        known = ", ".join(task["id"] for task in run["tasks"])
        raise ApiError(404, f"This run has no task {task_id!r}. Its tasks are: {known}.")
    if attempt is not None and attempt > max(task["attempt"], 1):
        raise ApiError(404, f"Task {task_id!r} has no attempt {attempt}.")
    current = max(task["attempt"], 1)
    return Log(
        file=store.log_path(run["id"], task_id, attempt or current),
        journal=journal,
        seen=seen,
        # An attempt that was followed by another is over, whatever the task does now.
        over=states.is_terminal(task["state"]) or states.is_terminal(run["state"]) or (attempt or current) < current,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(log: Log, offset: int, limit: int) -> dict[str, Any]:
    """At most ``limit`` bytes from ``offset``. ``log.over`` was found before, so nothing is written after the read."""
    data, size = _bytes(log.file, offset, limit)
    end = offset + len(data)
    if not (log.over and end >= size):
        # A character that is cut, by the limit or because it is still being written, is left for the next piece.
        data = data[: len(data) - _cut_character(data)]
        end = offset + len(data)
    return {
        "text": data.decode("utf-8", "replace"),
        "offset": min(end, size) if not data else end,
        "size": size,
        "done": log.over and end >= size,
    }


def _read_tail(log: Log, count: int) -> dict[str, Any]:
    """The last ``count`` bytes, from the first whole line in them (a single longer line: from its first character)."""
    size = _size(log.file)
    start = max(0, size - count)
    if start == 0:
        return _read(log, 0, max(count, _LIMIT[0]))
    data, _ = _bytes(log.file, start - 1, count + 1)
    newline = data.find(b"\n", 0, len(data) - 1)
    if newline >= 0:
        skip = newline + 1
    else:
        skip = 1
        while skip < len(data) and data[skip] & 0xC0 == 0x80:  # inside a character
            skip += 1
    return _read(log, start - 1 + skip, max(count, _LIMIT[0]))


def _bytes(path: Path, offset: int, limit: int) -> tuple[bytes, int]:
    """Bytes of the log and its size now; nothing when it does not exist (a task that has not started)."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(offset)
            return file.read(min(limit, max(0, size - offset))), size
    except FileNotFoundError:
        return b"", 0


def _cut_character(data: bytes) -> int:
    """How many bytes at the end of ``data`` are the beginning of a UTF-8 character that is not whole."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:  # a continuation: look further for the first byte
            continue
        length = 2 if byte & 0xE0 == 0xC0 else 3 if byte & 0xF0 == 0xE0 else 4 if byte & 0xF8 == 0xF0 else 1
        return back if length > back else 0
    return 0
