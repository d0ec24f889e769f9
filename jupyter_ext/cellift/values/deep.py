"""Room for values that are nested deeply, such as long linked lists."""

from __future__ import annotations

import sys
import threading
from typing import Any, Callable

_STACK = 512 * 1024 * 1024
_LIMIT = 400_000


def in_deep_thread(work: Callable[[], Any]) -> None:
    """Do ``work`` where much deeper recursion is possible; raises what it raises."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, _LIMIT))
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if failed:
        raise failed[0]
