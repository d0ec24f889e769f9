"""The journal of a run: one JSON object per line, appended with one ``write`` per event.

The run's supervisor is the only writer while it lives; the lock file (``lock.py``) says so. When the disk is full the
events go on in ``journal.reserve``, a file whose blocks were allocated when the run was created: its text, up to the
first NUL, continues ``journal.jsonl``. A line that was torn by a crash is skipped by readers and never
joined with the next.
"""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any

from cellift.runs.clock import timestamp

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.runs.model import Event

JOURNAL = "journal.jsonl"
RESERVE = "journal.reserve"
RESERVE_BYTES = 16 * 1024

# The event that ends a task, with room for a long id and for a second one.
_TASK_BYTES = 512

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_disk_full(error: OSError) -> bool:
    """Whether ``error`` says that there is no room (disk, quota or file size limit)."""
    return error.errno in _FULL


def encode(text: str) -> bytes:
    """UTF-8. What is no character (lone surrogates: parts of file names, damaged texts) becomes U+FFFD.

    A reader would hand it to files, sockets and databases, which all refuse it.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def allocate_reserve(folder: Path, tasks: int) -> None:
    """Set room aside for the last events of a run with so many tasks on a full disk."""
    fd = os.open(folder / RESERVE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        # Zeros and not fallocate: overwriting allocated, initialised blocks is what needs no more room.
        size = RESERVE_BYTES + tasks * _TASK_BYTES
        if os.write(fd, bytes(size)) < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / RESERVE))
    finally:
        os.close(fd)


class JournalWriter:
    """Appends events. Not for several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / JOURNAL
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._reserve_fd: int | None = None
        self._reserve_at = 0
        self.seq = 0
        self._torn = False
        size = os.fstat(self._fd).st_size
        if size > 0:
            reader = JournalReader(folder)
            events = reader.read()
            self.seq = events[-1]["seq"] if events else 0
            # After a torn line the next event starts on a line of its own.
            self._torn = os.pread(self._fd, 1, size - 1) != b"\n"
            if reader.in_reserve:
                self._open_reserve(reader.reserve_bytes)

    @property
    def on_reserve(self) -> bool:
        """Whether the disk was full, so that events go to the reserve."""
        return self._reserve_fd is not None

    def append(self, kind: str, *, sync: bool = False, **fields: Any) -> Event:
        """Write one event and return it.

        ``sync`` waits until it is on the disk (terminal states). Raises ``OSError`` when the reserve is full
        as well.
        """
        self.seq += 1
        event: Event = {"seq": self.seq, "time": timestamp(), "type": kind, **fields}
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
        data = encode(line)
        if self._reserve_fd is None:
            try:
                self._write(b"\n" + data if self._torn else data)
            except OSError as error:
                if not is_disk_full(error):
                    raise
                self._open_reserve(0)
        if self._reserve_fd is not None:
            self._write_reserve(data)
        if sync:
            self.sync()
        return event

    def sync(self) -> None:
        """Wait until everything is on the disk, as far as the file system can say."""
        try:
            os.fsync(self._fd if self._reserve_fd is None else self._reserve_fd)
        except OSError:  # a file system without fsync, or a disk that is full at the moment of delayed allocation
            pass

    def close(self) -> None:
        """Close the files; an unused reserve is given back when ``release_reserve`` was called before."""
        os.close(self._fd)
        if self._reserve_fd is not None:
            os.close(self._reserve_fd)

    def release_reserve(self) -> None:
        """Remove the reserve when the run is over and it was not needed."""
        if self._reserve_fd is None:
            (self._folder / RESERVE).unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        self._torn = written < len(data)
        if self._torn:
            # A short write to a file means that the room ended within this event.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open_reserve(self, at: int) -> None:
        self._reserve_fd = os.open(self._folder / RESERVE, os.O_WRONLY | os.O_CLOEXEC)
        self._reserve_at = at

    def _write_reserve(self, data: bytes) -> None:
        assert self._reserve_fd is not None
        if self._reserve_at + len(data) > os.fstat(self._reserve_fd).st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder / RESERVE))
        os.pwrite(self._reserve_fd, data, self._reserve_at)
        self._reserve_at += len(data)


class JournalReader:
    """Reads a journal as it grows: each call of :meth:`read` gives the events since the one before."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / JOURNAL
        self._reserve = folder / RESERVE
        self._offset = 0
        self._reserve_offset = 0

    @property
    def in_reserve(self) -> bool:
        """Whether events were found in the reserve."""
        return self._reserve_offset > 0

    @property
    def reserve_bytes(self) -> int:
        """Bytes of the reserve in use."""
        return self._reserve_offset

    def read(self) -> list[Event]:
        """New whole events; a line that is still being written is left for the next call."""
        try:
            with self._journal.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            data = b""
        events, used = _parse(data)
        self._offset += used
        try:
            with self._reserve.open("rb") as file:
                file.seek(self._reserve_offset)
                data = file.read()
        except FileNotFoundError:
            return events
        more, used = _parse(data.partition(b"\0")[0])
        self._reserve_offset += used
        return events + more


def _parse(data: bytes) -> tuple[list[Event], int]:
    """Events of the whole lines in ``data``, and how many bytes those lines have."""
    used = data.rfind(b"\n") + 1
    events = []
    for line in data[:used].split(b"\n"):
        if not line:
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue  # torn by a crash
        if isinstance(event, dict) and isinstance(event.get("seq"), int):
            events.append(event)
    return events, used
