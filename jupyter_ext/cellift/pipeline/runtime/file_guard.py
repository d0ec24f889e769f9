"""Which files below the working folder a step uses, told as it happens: the process may be ended at any time."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

NOTES = "files.jsonl"


class FileGuard:
    """Notes files from :meth:`start` on; writing only in what is the step's :meth:`own`: what is repeated, every step
    writes. A file that is open since then (that of a log) is written when it changes later.

    ``read`` are files whose content of before the step was used, ``written`` those that it made or changed.
    """

    def __init__(self, task_dir: str | None) -> None:
        """``task_dir``: where notes go as they are made, if anywhere."""
        self.read: dict[str, None] = {}
        self.written: dict[str, None] = {}
        self._base = os.path.join(os.path.realpath(os.getcwd()), "")
        self._ours: str | None = None
        self._notes = -1
        if task_dir is not None:
            # Nothing of the runs is the notebook's.
            home = os.path.realpath(task_dir)
            for _ in range(4):
                home = os.path.dirname(home)
            self._ours = os.path.join(home, "")
            os.makedirs(task_dir, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._notes = os.open(os.path.join(task_dir, NOTES), flags, 0o600)
        self._own = False
        self._open_before: dict[str, Any] = {}
        self._pid = os.getpid()

    def start(self) -> None:
        """Begin to listen."""
        sys.addaudithook(self._heard)

    def own(self, own: bool = True) -> None:
        """The next statement is the step's own, or one that later steps repeat."""
        for name, before in list(self._open_before.items()):  # threads may add to it
            now = _seen(self._base + name)
            if not self._own:
                self._open_before[name] = now
            elif now != before:
                self._add("read", name)
                self._add("written", name)
        self._own = own

    def used(self) -> dict[str, list[str]]:
        """For the result."""
        self.own()
        return {"read": sorted(self.read), "written": sorted(self.written)}

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        # In whatever thread, also while another one is in here: nothing that is done here is heard itself.
        noted = _EVENTS.get(event)
        if noted is not None:
            try:
                noted(self, *arguments)
            except Exception:  # noqa: BLE001, S110 - never in the way of the notebook's code
                pass

    def _open(self, path: Any, mode: Any, flags: Any = 0, *_: Any) -> None:
        if isinstance(mode, str):
            makes, writes = mode[:1] in ("w", "x"), any(mark in mode for mark in "wxa+")
            adds = "a" in mode and "+" not in mode
        else:
            makes, writes = bool(flags & os.O_TRUNC), bool(flags & (os.O_WRONLY | os.O_RDWR))
            adds = bool(flags & os.O_APPEND)
        if not makes and (self._own or not adds):
            self._note("read", path)
        if writes:
            self._note("written", path)

    def _remove(self, path: Any, *_: Any) -> None:
        self._note("written", path)

    def _rename(self, source: Any, target: Any, *_: Any) -> None:
        self._note("read", source)
        self._note("written", source)
        self._note("written", target)

    def _database(self, path: Any, *_: Any) -> None:
        self._note("read", path)
        self._note("written", path)

    def _note(self, kind: str, path: Any) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)) or os.getpid() != self._pid:
            return
        whole = os.path.realpath(os.fsdecode(path))
        if not whole.startswith(self._base) or (self._ours is not None and whole.startswith(self._ours)):
            return
        name = whole[len(self._base) :]
        folders = name.split(os.sep)[:-1]
        if any(folder.startswith(".") or folder == "__pycache__" for folder in folders) or name.endswith(".pyc"):
            return
        if not os.path.isdir(whole):
            if kind == "written" and not self._own:
                self._open_before[name] = None
            else:
                self._add(kind, name)

    def _add(self, kind: str, name: str) -> None:
        if name in self.written or (kind == "read" and name in self.read):
            return
        (self.read if kind == "read" else self.written)[name] = None
        if self._notes >= 0:
            os.write(self._notes, (json.dumps({kind: name}) + "\n").encode())


def _seen(path: str) -> Any:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


_EVENTS: dict[str, Any] = {
    "open": FileGuard._open,
    "os.remove": FileGuard._remove,
    "os.truncate": FileGuard._remove,
    "os.rename": FileGuard._rename,
    "sqlite3.connect": FileGuard._database,
}
