"""What a transfer would do, counted before it is asked for; nothing is changed."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cellift.storage.errors import NotFoundError
from cellift.storage.place import Place
from cellift.storage.plan import Move
from cellift.storage.shown import shown
from cellift.storage.targets import Target
from cellift.storage.transfers.request import Opener, Request, planned, sources_of

SECONDS = 5.0
"""Counting stops after this time, and so does the look at what is there already."""
MOST_OBJECTS = 100_000
MOST_EXAMPLES = 5
MOST_EXISTING = 100
"""Names of what is there already; so many targets are looked at, twice over."""


class Count(NamedTuple):
    """Objects and bytes that are meant; ``more``: counting stopped early. ``existing``: targets that are there."""

    objects: int
    bytes: int
    more: bool
    examples: Sequence[str]
    existing: Sequence[str] = ()


def count_removal(sources: Sequence[Target], open_store: Opener) -> Count:
    """Count what a removal would take."""
    return _count((shown("/".join(target)), info.size) for target, info in sources_of(sources, open_store))


def count_copies(request: Request, open_store: Opener, *, hidden: bool = True) -> Count:
    """Count what a copy or move would bring, and look for what is there already."""
    plan = planned(request, open_store, lambda _: None, hidden=hidden)
    first = list(itertools.islice(plan, 2 * MOST_EXISTING))
    counted = _count((shown(str(move.source)), _size(move)) for move in itertools.chain(first, plan))
    return counted._replace(existing=list(itertools.islice(_existing(first), MOST_EXISTING)))


def _existing(moves: Iterable[Move]) -> Iterator[str]:
    until = time.monotonic() + SECONDS
    for move in moves:
        if time.monotonic() > until:
            return
        if _is_there(move.to):
            yield shown(str(move.to))


def _count(found: Iterator[tuple[str, int]]) -> Count:
    until = time.monotonic() + SECONDS
    objects = total = 0
    examples: list[str] = []
    for name, size in found:
        if objects >= MOST_OBJECTS or time.monotonic() > until:
            return Count(objects, total, True, examples)
        objects += 1
        total += size
        if len(examples) < MOST_EXAMPLES:
            examples.append(name)
    return Count(objects, total, False, examples)


def _size(move: Move) -> int:
    return move.source.stat().st_size if isinstance(move.source, Path) else move.size


def _is_there(end: Path | Place) -> bool:
    if isinstance(end, Path):
        return os.path.lexists(end)
    try:
        end.store.stat(end.bucket, end.key)
    except NotFoundError:
        return False
    return True
