"""The transfers of one process: started, listed, cancelled, forgotten."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from cellift.storage.cancelling import cancellable
from cellift.storage.errors import CancelledError, NotFoundError, StorageError
from cellift.storage.shown import quoted
from cellift.storage.transfers.transfer import Transfer

RUNNING_AT_ONCE = 4
"""Transfers that work at a time; further ones wait. Each works on several objects at a time."""
MOST_RUNNING = 100
"""Transfers that are not over, waiting ones too."""
MOST_KEPT = 100
"""Transfers that are over and still listed; the oldest are forgotten."""
CANCEL_SECONDS = 0.4
"""How long `cancel` waits for the work to end by itself (the budget of a cancel is 0.5 s)."""

_log = logging.getLogger(__name__)


class TooManyError(StorageError):
    """So many transfers are under way that no further one is taken."""

    code = "SlowDown"


class Transfers:
    """All transfers, the newest last. Each works in a thread of its own, a few at a time."""

    def __init__(self) -> None:
        self._all: dict[str, Transfer] = {}
        self._lock = threading.Lock()
        self._working: set[str] = set()
        self._slots = threading.BoundedSemaphore(RUNNING_AT_ONCE)
        self._closed = False

    def start(self, transfer: Transfer, work: Callable[[Transfer], None], *, waits: bool = True) -> Transfer:
        """Let *work* do the transfer in a thread. What it raises as StorageError or OSError is the transfer's error.

        With ``waits=False`` it does not wait for its turn: for work that somebody feeds meanwhile.
        """
        with self._lock:
            if self._closed:
                raise CancelledError("The server is being stopped: nothing new is begun.")
            if sum(one.state == "running" for one in self._all.values()) >= MOST_RUNNING:
                raise TooManyError(f"{MOST_RUNNING} transfers are under way. Wait until one is over, or cancel some.")
            self._all[transfer.id] = transfer
            self._forget_old()
        name = f"cellift-{transfer.kind}"
        threading.Thread(target=self._run, args=(transfer, work, waits), name=name, daemon=True).start()
        return transfer

    def list(self) -> list[Transfer]:
        """All of them, the newest first."""
        with self._lock:
            return list(reversed(self._all.values()))

    def get(self, name: str) -> Transfer:
        """The transfer of this id; NotFoundError when there is none (any more)."""
        with self._lock:
            found = self._all.get(name)
        if found is None:
            raise NotFoundError(
                f"There is no transfer {quoted(name)}: it was removed from the list, or the server was restarted.",
                "NoSuchTransfer",
            )
        return found

    def active(self) -> int:
        """How many are not over."""
        with self._lock:
            return sum(one.state == "running" for one in self._all.values())

    def cancel(self, name: str) -> Transfer:
        """End a transfer early, and wait a little for it: it is over when this returns, and another can have its turn.

        Where nothing can break off what it waits for (a host that is looked up), the work ends later than that; it
        writes nothing then.
        """
        transfer = self.get(name)
        transfer.cancel()
        if not transfer.ended.wait(CANCEL_SECONDS):
            transfer.end("cancelled")
            self._leave(transfer)
        return transfer

    def forget(self, name: str) -> None:
        """Take a transfer that is over from the list."""
        transfer = self.get(name)
        with self._lock:
            if transfer.state != "running":
                self._all.pop(name, None)

    def close(self, seconds: float = 2.0) -> None:
        """Cancel all and wait for them, together at most so long."""
        with self._lock:
            self._closed = True
            running = [one for one in self._all.values() if one.state == "running"]
        for one in running:
            one.cancel()
        for one in running:
            one.ended.wait(seconds / len(running))
            one.end("cancelled")

    def _run(self, transfer: Transfer, work: Callable[[Transfer], None], waits: bool) -> None:
        try:
            while waits and not self._slots.acquire(timeout=0.1):
                transfer.check()
            try:
                with self._lock:
                    if waits:
                        self._working.add(transfer.id)
                transfer.check()
                with cancellable(transfer.cancelling):
                    work(transfer)
            finally:
                self._leave(transfer)
        except CancelledError:
            transfer.end("cancelled")
        except (StorageError, OSError) as error:
            transfer.end("cancelled" if transfer.cancelled else "failed", _words(error))
        except Exception as error:  # noqa: BLE001 - a defect of ours: whoever waits must hear of it
            _log.exception("A transfer ended with a defect of Cellift.")
            transfer.end(
                "failed", f"Cellift could not do it ({type(error).__name__}). The server's log has the details."
            )
        else:
            transfer.end("failed" if transfer.failed else "done", _failures(transfer))

    def _leave(self, transfer: Transfer) -> None:
        """Give its turn to another, once."""
        with self._lock:
            if transfer.id in self._working:
                self._working.remove(transfer.id)
                self._slots.release()

    def _forget_old(self) -> None:
        over = [one.id for one in self._all.values() if one.state != "running"]
        for name in over[: max(len(over) - MOST_KEPT, 0)]:
            del self._all[name]


def _failures(transfer: Transfer) -> str | None:
    if not transfer.failed:
        return None
    first = transfer.failures[0][1]
    return first if transfer.failed == 1 else f"{transfer.failed} could not be done. The first: {first}"


def _words(error: StorageError | OSError) -> str:
    if isinstance(error, OSError):
        where = f"{quoted(str(error.filename))}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return str(error)
