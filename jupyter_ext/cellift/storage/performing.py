"""Moves carried out several at a time: many small objects take as long as their round trips, one after the other."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from cellift.storage.api import Condition
from cellift.storage.cancelling import carried
from cellift.storage.connections.read_only import check_writable
from cellift.storage.errors import (
    AccessError,
    CancelledError,
    ChangedError,
    FullError,
    NoSuchBucketError,
    RegionError,
    StorageError,
    UnreachableError,
)
from cellift.storage.overlap import is_same
from cellift.storage.place import Place
from cellift.storage.plan import Move
from cellift.storage.transfer import Attributes, Moved, copy, download, nothing, upload

HOPELESS = (AccessError, FullError, NoSuchBucketError, RegionError, UnreachableError)
"""What would go wrong in the same way for every move that follows."""
WORKERS = 8
"""Moves at a time; each holds a few pieces in memory."""

Outcome = tuple[Move, StorageError | OSError | None]


def perform(
    move: Move,
    *,
    remove_source: bool = False,
    condition: Condition | None = None,
    moved: Moved = nothing,
    warn: Callable[[str], None] = nothing,
    attributes: Attributes | None = None,
) -> None:
    """Carry out one move. With *remove_source*, the source is removed once the copy is verified.

    *condition* is one of the target; of files, that there is none (FileExistsError) is all that can be asked.
    *attributes* are for objects that are made.
    Raises what the plan has refused it for, StorageError for a store, OSError for a file, and ChangedError, with both
    objects left, when the source was replaced meanwhile.
    """
    source, to, refused, _, found = move
    if refused is not None:
        raise refused
    if remove_source and is_same(source, to):
        # The copy would take the source's place, and be removed with it.
        raise StorageError(f"{move} would move it onto itself: both are one.", "InvalidRequest")
    if remove_source and isinstance(source, Place):
        check_writable(source.store)  # else there would be a copy, and then no removal
    seen = source.store.stat(source.bucket, source.key).etag if remove_source and isinstance(source, Place) else ""
    if isinstance(source, Path):
        assert isinstance(to, Place)
        upload(source, to, condition=condition, moved=moved, attributes=attributes)
    elif isinstance(to, Path):
        if source.key.endswith("/"):
            to.mkdir(parents=True, exist_ok=True)
        else:
            if condition is not None and condition.absent and os.path.lexists(to):
                raise FileExistsError(errno.EEXIST, "it is there already", str(to))
            download(source, to, moved=moved, found=found)
    else:
        copy(source, to, condition=condition, moved=moved, warn=warn, attributes=attributes)
    if not remove_source:
        return
    if isinstance(source, Path):
        source.unlink()
        return
    if source.store.stat(source.bucket, source.key).etag != seen:
        raise ChangedError(f"{source} was replaced while it was moved: it was copied, and the new one stays.")
    source.store.remove(source.bucket, source.key)


def perform_all(
    moves: Iterator[Move],
    *,
    remove_source: bool = False,
    condition: Condition | None = None,
    moved: Moved = nothing,
    warn: Callable[[str], None] = nothing,
    workers: int = WORKERS,
    attributes: Attributes | None = None,
) -> Generator[Outcome, None, None]:
    """Carry out moves, several at a time; give each with its error, or None, when it is over.

    Closing the generator (or Ctrl-C) cancels what goes on at its next piece and waits for that. An error of *moves*
    itself is raised when what was begun is over. *moved* and *warn* are called in several threads.
    """
    cancelled = threading.Event()

    def step(count: int) -> None:
        if cancelled.is_set():
            raise CancelledError("The transfer was cancelled.")
        moved(count)

    trouble: StorageError | OSError | None = None
    pending: dict[Future[None], Move] = {}
    ended: SimpleQueue[Future[None]] = SimpleQueue()
    act = carried(perform)
    with ThreadPoolExecutor(workers, "cellift-transfer") as pool:
        try:
            while True:
                try:
                    move = next(moves, None)
                except (StorageError, OSError) as error:
                    trouble, move = error, None
                if move is None:
                    break
                future = pool.submit(
                    act,
                    move,
                    remove_source=remove_source,
                    condition=condition,
                    moved=step,
                    warn=warn,
                    attributes=attributes,
                )
                pending[future] = move
                future.add_done_callback(ended.put)
                if len(pending) >= 2 * workers:
                    yield from _over(pending, ended)
            while pending:
                yield from _over(pending, ended)
        finally:
            cancelled.set()
            for future in pending:
                future.cancel()
    if trouble is not None:
        raise trouble


def _over(pending: dict[Future[None], Move], ended: SimpleQueue[Future[None]]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    # At least one, and what else has ended; futures that tell by themselves cost less than waiting for all of them.
    while not outcomes or not ended.empty():
        future = ended.get()
        move = pending.pop(future)
        error = future.exception()
        if error is not None and not isinstance(error, (StorageError, OSError)):
            raise error
        outcomes.append((move, error))
    return outcomes
