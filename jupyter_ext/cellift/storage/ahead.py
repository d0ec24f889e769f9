"""How much a plan comprises, told while it is carried out: its first moves are looked at before the first is done."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from cellift.storage.errors import StorageError
from cellift.storage.plan import Move

MOST = 10_000
"""Moves that are looked at ahead; a plan of more is told in parts, as they come."""

Expected = Callable[[int, bool], None]
"""Is told of so many bytes more, and whether there may be more still."""


def told(plan: Iterator[Move], expected: Expected, *, most: int = MOST) -> Iterator[Move]:
    """Give the moves of a plan, and tell how many bytes they are. What goes wrong in the plan comes when it would."""
    first: list[Move] = []
    trouble: StorageError | OSError | None = None
    try:
        first += itertools.islice(plan, most)
    except (StorageError, OSError) as error:
        trouble = error
    expected(sum(map(size_of, first)), trouble is None and len(first) == most)
    yield from first
    if trouble is not None:
        raise trouble
    for move in plan:
        expected(size_of(move), True)
        yield move
    expected(0, False)


def size_of(move: Move) -> int:
    """Return the bytes of what is moved; 0 for what is gone, or has no size."""
    if not isinstance(move.source, Path):
        return move.size
    try:
        return move.size or move.source.stat().st_size
    except OSError:
        return 0
