"""No garbage collection while a notebook is analysed: it makes many objects that stay, and few that it could free."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Cycles are collected afterwards; what two threads do at once is at worst collected earlier."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
