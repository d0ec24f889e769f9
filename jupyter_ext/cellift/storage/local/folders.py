"""Folders of the tree, opened segment by segment below a descriptor: no link is followed, so nothing leads outside."""

from __future__ import annotations

import errno
import os
import stat as modes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# What is no folder (ENOTDIR, also for a link that is opened as a folder), is not there, or is a link.
_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


@contextmanager
def opened(start: int, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Give a descriptor of the folder *names* below *start*; with *make*, folders that are missing are made.

    Raises NotADirectoryError or FileNotFoundError for a segment that is no folder.
    """
    folder = os.dup(start)
    try:
        for name in names:
            if make:
                try:
                    os.mkdir(name, dir_fd=folder)
                    os.fsync(folder)
                except FileExistsError:
                    pass
            inner = os.open(name, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def is_missing(error: OSError) -> bool:
    """Whether *error* says that there is no such folder or file (a link counts as none)."""
    return error.errno in _NO_FOLDER


def blocking(start: int, names: Sequence[str]) -> tuple[int, int] | None:
    """Return how many of *names* lead to the first that is there and is no folder, and its mode; None without one."""
    folder = os.dup(start)
    try:
        for count, name in enumerate(names, 1):
            try:
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            except FileNotFoundError:
                return None
            if not modes.S_ISDIR(mode):
                return count, mode
            inner = os.open(name, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return None
    finally:
        os.close(folder)


def prune(start: int, names: Sequence[str]) -> None:
    """Remove the folder *names* below *start*, then those above it, up to the first that is not empty."""
    for count in range(len(names), 0, -1):
        try:
            with opened(start, names[: count - 1]) as above:
                os.rmdir(names[count - 1], dir_fd=above)
        except FileNotFoundError:
            continue  # never made: those above it may have been
        except OSError:
            return
