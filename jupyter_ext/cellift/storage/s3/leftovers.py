"""What a cancelled write may leave on a server: looked for and removed in the background, until it is known to be gone.

A server that is silent, or slow, may still work on a request whose connection was closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from cellift.storage.errors import StorageError

PAUSES = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Seconds before each look. Not for longer: what is there later, somebody else may have written."""
_MOST_SECONDS = 120.0
"""As long at most, also where each look waits for a server that is silent."""
_AWAITED_SECONDS = 0.25
"""How long whoever cancels waits for the first look (the budget of a cancel is 0.5 s)."""


class Leftovers:
    """Looks for what cancelled writes to one server have left, each in a thread of its own."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        self._lock = threading.Lock()
        self._given_up: list[tuple[tuple[str, str], threading.Event]] = []

    def remove(self, bucket: str, key: str, look: Callable[[], bool]) -> None:
        """Call *look* until it says that nothing is left, or can come; a StorageError is asked again, too.

        Returns after the first time, or when that takes long.
        """
        given_up, looked = threading.Event(), threading.Event()
        entry = (bucket, key), given_up
        with self._lock:
            self._given_up.append(entry)

        def work() -> None:
            try:
                until = time.monotonic() + _MOST_SECONDS
                for pause in self._pauses:
                    if given_up.wait(pause) or time.monotonic() > until:
                        return
                    try:
                        if look():
                            return
                    except StorageError:
                        continue
                    finally:
                        looked.set()
            finally:
                with self._lock:
                    self._given_up.remove(entry)

        threading.Thread(target=work, name="cellift-leftovers", daemon=True).start()
        looked.wait(_AWAITED_SECONDS)

    def give_up(self, bucket: str, key: str) -> None:
        """Whoever writes this object now wants what is there."""
        with self._lock:
            found = [given_up for name, given_up in self._given_up if name == (bucket, key)]
        for given_up in found:
            given_up.set()

    def settled(self, seconds: float) -> bool:
        """Wait until nothing is looked for any more; False when it takes longer than that."""
        until = time.monotonic() + seconds
        while self._given_up:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True
