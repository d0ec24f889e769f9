"""No garbage collection while a notebook is analysed or compiled: that makes many objects, and few to be freed."""

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
