"""What transfers do: copy, move, import, export, delete, sum up, and take a removal back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from cellift.storage.api import Condition, Feature, ObjectInfo, Store
from cellift.storage.connections.read_only import check_writable
from cellift.storage.errors import CancelledError, StorageError
from cellift.storage.performing import HOPELESS, perform_all
from cellift.storage.place import Place
from cellift.storage.plan import Move
from cellift.storage.removing import remove_in_groups
from cellift.storage.shown import shown
from cellift.storage.targets import Target
from cellift.storage.transfers.request import Opener, Request, planned, sources_of
from cellift.storage.transfers.transfer import Transfer

EXISTING = ("fail", "replace", "skip")
"""What becomes of an object that is there already."""
MOST_UNDO = 10_000
"""Removed objects that can be brought back."""


def copy(
    request: Request, open_store: Opener, *, move: bool = False, existing: str = "fail", hidden: bool = True
) -> Callable[[Transfer], None]:
    """Copy or move everything of a request; a source is removed once its copy is verified."""

    def work(transfer: Transfer) -> None:
        changed = [request.to, *(request.sources if move else ())]
        _check_writable([one for one in changed if isinstance(one, Target)], open_store)
        condition = None if existing == "replace" else Condition(absent=True)
        plan = _counted(planned(request, open_store, transfer.warn, hidden=hidden), transfer)
        outcomes = perform_all(plan, remove_source=move, condition=condition, moved=transfer.moved, warn=transfer.warn)
        with closing(outcomes):
            for one, error in outcomes:
                if error is None:
                    transfer.done()
                elif isinstance(error, CancelledError):
                    raise error
                elif existing == "skip" and is_there(error):
                    transfer.warn(f"{_name(one.to)} was there already, and stays as it is.")
                else:
                    transfer.fail(_name(one.source), str(error))
                    if isinstance(error, HOPELESS):
                        break

    return work


def is_there(error: Exception) -> bool:
    """Whether something is not done because the target is there already."""
    return isinstance(error, FileExistsError) or (
        isinstance(error, StorageError) and error.code == "PreconditionFailed"
    )


def delete(sources: Sequence[Target], open_store: Opener) -> Callable[[Transfer], None]:
    """Remove all that is meant; where the bucket keeps versions, it can be taken back (`undo`)."""

    def work(transfer: Transfer) -> None:
        _check_writable(sources, open_store)
        keeps: dict[tuple[str, str], bool] = {}
        for (connection, bucket), found in itertools.groupby(sources_of(sources, open_store), lambda one: one[0][:2]):
            store = open_store(connection)
            sizes: dict[str, int] = {}
            for gone, wrong in remove_in_groups(store, bucket, _listed(found, sizes, transfer)):
                for key, reason in wrong.items():
                    transfer.fail(shown(f"{connection}/{bucket}/{key}"), reason)
                transfer.done(len(gone))
                transfer.moved(sum(sizes[key] for key in gone))
                sizes.clear()
                if gone and (connection, bucket) not in keeps:
                    keeps[connection, bucket] = _has_marker(store, bucket, gone[0])
                if keeps.get((connection, bucket)):
                    left = MOST_UNDO - len(transfer.removed)
                    transfer.removed += [(connection, bucket, key) for key in gone[:left]]

    return work


def undo(removal: Transfer, open_store: Opener) -> Callable[[Transfer], None]:
    """Bring back what a transfer removed, by removing the newest delete marker of each object."""

    def work(transfer: Transfer) -> None:
        transfer.total_objects = len(removal.removed)
        for connection, bucket, key in list(removal.removed):
            transfer.check()
            store = open_store(connection)
            newest = next(iter(store.versions(bucket, key)), None)
            if newest is None or not newest.is_delete_marker:
                transfer.fail(shown(f"{connection}/{bucket}/{key}"), "It was written again meanwhile, and stays so.")
                continue
            store.remove(bucket, key, version=newest.version)
            transfer.done()
        removal.removed.clear()

    return work


def sum_up(sources: Sequence[Target], open_store: Opener) -> Callable[[Transfer], None]:
    """Count the objects and bytes of all that is meant."""

    def work(transfer: Transfer) -> None:
        for _, info in sources_of(sources, open_store):
            transfer.moved(info.size)
            transfer.done()
        transfer.total_bytes, transfer.total_objects = transfer.bytes, transfer.objects

    return work


def _check_writable(targets: Iterable[Target], open_store: Opener) -> None:
    """Before anything is listed, or copied that could not be removed: a read-only connection refuses the whole."""
    for connection in {target.connection for target in targets}:
        check_writable(open_store(connection))


def _counted(plan: Iterator[Move], transfer: Transfer) -> Iterator[Move]:
    """The plan; when it has been listed, the transfer knows how many objects there are."""
    count = 0
    for move in plan:
        transfer.check()
        count += 1
        yield move
    transfer.total_objects = count


def _listed(found: Iterator[tuple[Target, ObjectInfo]], sizes: dict[str, int], transfer: Transfer) -> Iterator[str]:
    """The keys of what is to be removed, each once in a group; *sizes* has those that were given."""
    for target, info in found:
        transfer.check()
        if target.key not in sizes:
            sizes[target.key] = info.size
            yield target.key


def _has_marker(store: Store, bucket: str, key: str) -> bool:
    if Feature.VERSIONS not in store.features:
        return False
    try:
        newest = next(iter(store.versions(bucket, key)), None)
    except StorageError:  # not allowed to see versions: nothing to take back with
        return False
    return newest is not None and newest.is_delete_marker


def _name(end: Place | Path) -> str:
    return str(end) if isinstance(end, Place) else shown(str(end))
