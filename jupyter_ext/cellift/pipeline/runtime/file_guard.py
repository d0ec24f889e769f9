"""Which files below the working folder a step uses, told as it happens: the process may be ended at any time."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

NOTES = "files.jsonl"


class FileGuard:
    """Notes files from :meth:`start` on; writing only from :meth:`own` on (what the set-up writes, every step writes).

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
        self._busy = False
        self._pid = os.getpid()

    def start(self) -> None:
        """Begin to listen."""
        sys.addaudithook(self._heard)

    def own(self) -> None:
        """The step's own code begins."""
        self._own = True

    def used(self) -> dict[str, list[str]]:
        """For the result."""
        return {"read": sorted(self.read), "written": sorted(self.written)}

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._busy or event not in _EVENTS:
            return
        self._busy = True
        try:
            _EVENTS[event](self, *arguments)
        except Exception:  # noqa: BLE001, S110 - never in the way of the notebook's code
            pass
        finally:
            self._busy = False

    def _open(self, path: Any, mode: Any, flags: Any = 0, *_: Any) -> None:
        if isinstance(mode, str):
            makes, writes = mode[:1] in ("w", "x"), any(mark in mode for mark in "wxa+")
        else:
            makes, writes = bool(flags & os.O_TRUNC), bool(flags & (os.O_WRONLY | os.O_RDWR))
        if not makes:
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
        if kind == "written" and not self._own:
            return
        whole = os.path.realpath(os.fsdecode(path))
        if not whole.startswith(self._base) or (self._ours is not None and whole.startswith(self._ours)):
            return
        name = whole[len(self._base) :]
        folders = name.split(os.sep)[:-1]
        if any(folder.startswith(".") or folder == "__pycache__" for folder in folders) or name.endswith(".pyc"):
            return
        if name in self.written or (kind == "read" and name in self.read) or os.path.isdir(whole):
            return
        (self.read if kind == "read" else self.written)[name] = None
        if self._notes >= 0:
            os.write(self._notes, (json.dumps({kind: name}) + "\n").encode())


_EVENTS: dict[str, Any] = {
    "open": FileGuard._open,
    "os.remove": FileGuard._remove,
    "os.truncate": FileGuard._remove,
    "os.rename": FileGuard._rename,
    "sqlite3.connect": FileGuard._database,
}
