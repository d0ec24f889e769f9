"""The names in a folder in the order of S3, kept until the folder changes: a page must not sort 100,000 names again."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_right
from collections import OrderedDict
from typing import NamedTuple

MOST_NAMES = 500_000
"""Names that are kept in all, some 80 bytes each; a folder with more is read for every page."""
# A folder that changed so shortly before it was read may change again without a new time: file systems tell times in
# steps, of 2 s at the coarsest (FAT).
_SETTLED_NS = 2_000_000_000
SORTED_AT_ONCE = 2048
"""Names in a piece that is sorted at once, about: a millisecond's."""


class _Kept(NamedTuple):
    changed: tuple[int, int]
    names: list[str]


class SortedNames:
    """Names of folders by device and inode, the least used forgotten first. Used by several threads."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, int], _Kept] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def of(self, folder: int) -> list[str]:
        """Return the names in an open folder, those of folders with a slash at the end. The list must not be changed.

        What is neither a file nor a folder (a link, a socket) is left out. S3 orders keys by their UTF-8
        bytes, which is the order of code points that Python's own has: ``a.txt`` comes before ``a/``.
        """
        state = os.fstat(folder)
        key, changed = (state.st_dev, state.st_ino), (state.st_mtime_ns, state.st_ctime_ns)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.changed == changed:
                self._kept.move_to_end(key)
                return kept.names
        settled = state.st_mtime_ns < time.time_ns() - _SETTLED_NS
        names = _read(folder)
        with self._lock:
            self._forget(key)
            if settled and len(names) <= self._most:
                self._kept[key] = _Kept(changed, names)
                self._count += len(names)
                while self._count > self._most:
                    self._forget(next(iter(self._kept)))
        return names

    def _forget(self, key: tuple[int, int]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._count -= len(kept.names)


def _read(folder: int) -> list[str]:
    files: list[str] = []
    folders: list[str] = []
    # The kind of an entry comes with its name: nothing is asked of single files here.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                files.append(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
    files.extend(f"{name}/" for name in folders)
    return [name for piece in sorted_pieces(files) for name in piece]


def sorted_pieces(names: list[str]) -> list[list[str]]:
    """The names in order, in pieces that were sorted one by one.

    One call that sorts 100,000 names stops every other thread for as long: 0.05 to 0.1 s.
    """
    if len(names) <= SORTED_AT_ONCE:
        return [sorted(names)]
    # A sample that is spread over all of them tells where pieces end; eight times as many make these alike.
    count = -(-len(names) // SORTED_AT_ONCE)
    sample = sorted(names[:: max(1, len(names) // (8 * count))])
    ends = sample[8::8]
    pieces: list[list[str]] = [[] for _ in range(len(ends) + 1)]
    for name in names:
        pieces[bisect_right(ends, name)].append(name)
    for piece in pieces:
        piece.sort()
    return pieces
