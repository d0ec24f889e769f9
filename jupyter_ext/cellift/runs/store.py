"""All runs of a home folder: create, read, list, follow, remove."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.runs import states
from cellift.runs.clock import timestamp
from cellift.runs.errors import AmbiguousRunError, RunActiveError, RunBrokenError, RunNotFoundError
from cellift.runs.ids import is_run_id, new_run_id
from cellift.runs.journal import JOURNAL, RESERVE, JournalReader, JournalWriter, allocate_reserve, encode
from cellift.runs.lock import take_lock
from cellift.runs.objects import addresses, uses_of
from cellift.runs.reduce import Reducer, summarise
from cellift.runs.repair import close_interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cellift.runs.index import Index
    from cellift.runs.model import Event, ObjectUse, Run, RunPage

RECORD = "run.json"
_STALE_SECONDS = 3600
_RECENT_NS = 2_000_000_000


class NewRun:
    """A run that was just created, and the lock that says that it is alive.

    Whoever holds ``lock_fd`` (or a copy that a child got) owns the run; :meth:`release` closes this process's copy.
    """

    def __init__(self, run_id: str, folder: Path, lock_fd: int) -> None:
        self.run_id = run_id
        self.folder = folder
        self.lock_fd = lock_fd

    def release(self) -> None:
        """Close this process's copy of the lock."""
        os.close(self.lock_fd)


class RunStore:
    """The runs below ``home``. Light to make; the index is opened on the first listing. Not for several threads."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.runs = home / "runs"
        self._staging = home / "staging"
        self._index: Index | None = None

    def close(self) -> None:
        """Close the index, if it was opened."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def folder(self, run_id: str) -> Path:
        """Folder of a run (of the whole id)."""
        return self.runs / run_id

    # -- writing -----------------------------------------------------------------------------------------------------

    def create(
        self,
        *,
        name: str,
        tasks: Sequence[Mapping[str, Any]],
        kind: str = "pipeline",
        source: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        spec: Mapping[str, bytes] | None = None,
    ) -> NewRun:
        """Record a new run in state QUEUED.

        ``tasks`` hold ``id`` and, as known, ``name``, ``kind``, ``cells``, ``inputs`` (name -> task id) and
        ``resources``. ``spec`` are files for the folder ``spec``. The run appears at once and whole, or not at all
        (``OSError``).
        """
        run_id = new_run_id()
        staged = self._staging / run_id
        try:
            staged.mkdir(mode=0o700)
        except FileNotFoundError:
            self.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._staging.mkdir(mode=0o700, exist_ok=True)
            staged.mkdir(mode=0o700)
        lock_fd: int | None = None
        try:
            for part in ("spec", "logs", "values", "tasks"):
                (staged / part).mkdir(mode=0o700)
            for file, data in (spec or {}).items():
                (staged / "spec" / file).write_bytes(data)
            record = {
                "v": 1,
                "id": run_id,
                "kind": kind,
                "name": name,
                "created": timestamp(),
                "source": dict(source or {}),
                "params": dict(params or {}),
                "tasks": [dict(task) for task in tasks],
            }
            (staged / RECORD).write_bytes(encode(json.dumps(record, ensure_ascii=False, default=str)))
            allocate_reserve(staged, len(tasks))
            lock_fd = take_lock(staged)
            assert lock_fd is not None, "nobody else knows the folder"
            journal = JournalWriter(staged)
            journal.append("run.state", state=states.QUEUED)
            journal.close()
            folder = self.runs / run_id
            staged.rename(folder)
        except BaseException as error:
            if lock_fd is not None:
                os.close(lock_fd)
            _delete_tree(staged)
            if isinstance(error, OSError) and error.filename is None:
                error.filename = str(self.home)  # a failed write does not say where
            raise
        return NewRun(run_id, folder, lock_fd)

    def remove(self, run_id: str) -> None:
        """Delete a run that is over, or whose record is damaged and that nobody supervises.

        Raises `RunActiveError` for one that is not over, `RunNotFoundError`.
        """
        self.check_removable(run_id)
        self._staging.mkdir(mode=0o700, exist_ok=True)
        gone = self._staging / f"{run_id}.removed"
        try:
            self.folder(run_id).rename(gone)
        except FileNotFoundError:
            raise RunNotFoundError(run_id) from None
        self._open_index().drop([run_id])
        _delete_tree(gone)
        self._delete_stale()

    def check_removable(self, run_id: str) -> None:
        """Raise what :meth:`remove` would raise."""
        try:
            state = self.load(run_id)["state"]
        except RunBrokenError:
            if not self._is_abandoned(self.folder(run_id)):
                raise
            return
        if not states.is_terminal(state):
            raise RunActiveError(run_id, state)

    def reindex(self, run_id: str) -> None:
        """Bring the index up to date with one run (the supervisor calls this when something changed)."""
        self._reindex(self._open_index(), run_id)

    # -- reading -----------------------------------------------------------------------------------------------------

    def load(self, run_id: str) -> Run:
        """The run as it is now; one that lost its supervisor is closed as interrupted first.

        Raises `RunNotFoundError`, `RunBrokenError`.
        """
        return self._load(run_id)[0]

    def resolve(self, prefix: str) -> str:
        """The whole id of the only run whose id starts with ``prefix`` (with or without the hyphens).

        Raises `RunNotFoundError`, `AmbiguousRunError`.
        """
        wanted = prefix.strip().lower()
        if is_run_id(wanted):
            if not (self.runs / wanted / RECORD).exists():
                raise RunNotFoundError(prefix)
            return wanted
        plain = wanted.replace("-", "")
        found = sorted((name for name in self._names() if name.replace("-", "").startswith(plain)), reverse=True)
        if not plain or not found:
            raise RunNotFoundError(prefix)
        if len(found) > 1:
            raise AmbiguousRunError(prefix, found)
        return found[0]

    def list(
        self,
        limit: int = 20,
        cursor: str | None = None,
        state: str | Sequence[str] | None = None,
        notebook: str | None = None,
        text: str | None = None,
    ) -> RunPage:
        """A page of summaries, newest first.

        ``state``: one or several states. ``notebook``: absolute path. ``text``: words that all occur in id, name,
        notebook, parameters, state or error. ``cursor``: ``next`` of the page before.
        """
        index = self._open_index()
        self._reconcile(index)
        wanted = [state] if isinstance(state, str) else list(state or ())
        rows = index.page(limit + 1, cursor, wanted, notebook, text)
        more = len(rows) > limit
        rows = rows[:limit]
        return {"runs": rows, "next": rows[-1]["id"] if more and rows else None}

    def using(self, connection: str, bucket: str, key: str, limit: int = 20) -> Sequence[ObjectUse]:
        """The tasks that read or made an object, as their runs recorded it, the newest run first."""
        index = self._open_index()
        self._reconcile(index)
        return index.using(addresses(connection, bucket, key), limit)

    def active_count(self) -> int:
        """How many runs are going on."""
        index = self._open_index()
        self._reconcile(index)
        return len(index.active())

    def log_path(self, run_id: str, task: str, attempt: int = 1) -> Path:
        """Where the output of a task's attempt goes; the file need not exist yet."""
        return self.folder(run_id) / "logs" / f"{task}.{attempt}.log"

    def events(self, run_id: str, since_seq: int = 0) -> Sequence[Event]:
        """Events with ``seq`` above ``since_seq``."""
        return [event for event in JournalReader(self.folder(run_id)).read() if event["seq"] > since_seq]

    def follow(
        self, run_id: str, since_seq: int = 0, *, poll: float = 0.02, timeout: float | None = None
    ) -> Iterator[Event]:
        """Events as they come, until the run is over (or ``timeout`` seconds have passed: `TimeoutError`).

        Looks every ``poll`` seconds; a run that loses its supervisor meanwhile is closed as interrupted, so this ends.
        """
        reader = JournalReader(self.folder(run_id))
        deadline = None if timeout is None else time.monotonic() + timeout
        checked = 0.0
        while True:
            over = False
            for event in reader.read():
                over = over or (event["type"] == "run.state" and states.is_terminal(event["state"]))
                if event["seq"] > since_seq:
                    yield event
            if over:
                return
            now = time.monotonic()
            if now - checked > 1:
                checked = now
                self.load(run_id)
            if deadline is not None and now > deadline:
                raise TimeoutError(f"Run {run_id} is not over after {timeout:g} s.")
            time.sleep(poll)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _names(self) -> Sequence[str]:
        try:
            return [name for name in os.listdir(self.runs) if is_run_id(name)]  # noqa: PTH208 - names only, quick
        except FileNotFoundError:
            return []

    def _load(self, run_id: str) -> tuple[Run, int]:
        """The run, and the size of the journal that was read."""
        folder = self.folder(run_id)
        run, size = _read(folder, run_id)
        if not states.is_terminal(run["state"]):
            lock_fd = self._lock_if_abandoned(folder)
            if lock_fd is not None:
                try:
                    run, size = _read(folder, run_id)
                    if not states.is_terminal(run["state"]):
                        close_interrupted(folder, run)
                        run, size = _read(folder, run_id)
                finally:
                    os.close(lock_fd)
        return run, size

    @staticmethod
    def _lock_if_abandoned(folder: Path) -> int | None:
        try:
            return take_lock(folder)
        except OSError:
            return None  # not ours to write, or a file system without locks: leave the record as it is

    def _open_index(self) -> Index:
        if self._index is None:
            from cellift.runs.index import Index

            self.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = Index(self.home)
        return self._index

    def _reindex(self, index: Index, run_id: str) -> None:
        try:
            run, size = self._load(run_id)
        except (RunNotFoundError, RunBrokenError):
            index.drop([run_id])
            return
        over = states.is_terminal(run["state"])
        index.put(summarise(run, tree_size(self.folder(run_id)) if over else None), size, uses_of(run))

    def _reconcile(self, index: Index) -> None:
        """Take in what happened since the last listing: new and removed folders, and the runs that are going on."""
        modified = self.runs.stat().st_mtime_ns
        if modified != index.seen():
            names, known = set(self._names()), index.ids()
            index.drop(known - names)
            for run_id in names - known:
                self._reindex(index, run_id)
            # Two changes within one tick of the clock look like one, so a fresh time is not trusted.
            index.set_seen(modified if time.time_ns() - modified > _RECENT_NS else 0)
        for run_id, journal in index.active().items():
            folder = self.folder(run_id)
            if journal_size(folder) != journal or self._is_abandoned(folder):
                self._reindex(index, run_id)

    def _is_abandoned(self, folder: Path) -> bool:
        lock_fd = self._lock_if_abandoned(folder)
        if lock_fd is None:
            return False
        os.close(lock_fd)
        return True

    def _delete_stale(self) -> None:
        """Delete what a crash left in the staging folder."""
        for path in self._staging.iterdir():
            try:
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    _delete_tree(path)
            except FileNotFoundError:
                continue


def read_run(folder: Path, run_id: str) -> Run:
    """The run as its folder has it, without a look at its supervisor. Raises as :meth:`RunStore.load`."""
    return _read(folder, run_id)[0]


def _read(folder: Path, run_id: str) -> tuple[Run, int]:
    try:
        record = json.loads((folder / RECORD).read_bytes())
        size = journal_size(folder)
        run = Reducer(record).apply(JournalReader(folder).read())
    except FileNotFoundError as error:
        if not folder.exists():
            raise RunNotFoundError(run_id) from None
        raise RunBrokenError(run_id, f"{error.filename} is missing") from None
    except (ValueError, KeyError, TypeError) as error:
        raise RunBrokenError(run_id, f"{RECORD} or {JOURNAL} is damaged ({type(error).__name__}: {error})") from error
    return run, size


def journal_size(folder: Path) -> int:
    """Bytes in the journal of a run; grows with every event."""
    total = 0
    try:
        total = (folder / JOURNAL).stat().st_size
        # The reserve has a fixed size: what counts is how much of it is used (none, but for a run on a full disk).
        with (folder / RESERVE).open("rb") as file:
            total += len(file.read().partition(b"\0")[0])
    except FileNotFoundError:
        pass
    return total


def tree_size(folder: Path) -> int:
    """Disk use of a folder in bytes, as far as it can be read; links are not followed."""
    total = 0
    stack = [str(folder)]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _delete_tree(path: Path) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)
