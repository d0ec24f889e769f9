"""Who may write a run's journal: the holder of an advisory lock that dies with its processes.

The caller that creates the run takes the lock and hands the open file to the supervisor, and the guardian shares it,
so there is no moment at which a living run is unlocked. A run that is not over and not locked has lost its supervisor.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "supervisor.lock"


def take_lock(folder: Path) -> int | None:
    """The descriptor of the locked file (not inherited by programs that are started), or None when others hold it.

    Raises ``OSError`` when the folder is gone or the file system has no locks.
    """
    fd = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except OSError:
        os.close(fd)
        raise
    return fd


def write_owner(fd: int, owner: dict[str, Any]) -> None:
    """Note in the lock file which process runs the run: ``{"pid", "start"}``."""
    data = json.dumps(owner).encode()
    os.ftruncate(fd, 0)
    os.pwrite(fd, data, 0)


def read_owner(folder: Path) -> dict[str, Any] | None:
    """What :func:`write_owner` noted, or None."""
    try:
        owner = json.loads((folder / LOCK).read_bytes())
    except (OSError, ValueError):
        return None
    return owner if isinstance(owner, dict) else None
