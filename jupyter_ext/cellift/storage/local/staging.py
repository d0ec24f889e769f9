"""Where objects are written before they get their names: beside the buckets, where no listing looks.

A writer holds a lock on its file, which the system drops when the process ends, however it ends. A file without a lock
is what a killed writer left: it is removed. Whoever serves the tree's root must leave out this folder and the lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cellift.storage.local.folders import FOLDER

FOLDER_NAME = ".staging"
"""Folder in the tree's root; no bucket can have a name that starts with a dot."""
_LOCK_NAME = ".lock"


class Staged(NamedTuple):
    """A file being written: its descriptor, its name, and the folder that it is in."""

    file: int
    name: str
    folder: int


@contextmanager
def staged(root: int) -> Iterator[Staged]:
    """Give a new file in the staging folder; it is gone at the end, unless it was moved to its place."""
    folder = _folder(root)
    try:
        name, file = _new_file(folder)
        try:
            yield Staged(file, name, folder)
        finally:
            try:
                os.unlink(name, dir_fd=folder)
            except FileNotFoundError:
                pass  # it has its place
            os.close(file)
    finally:
        os.close(folder)


@contextmanager
def committing(root: int) -> Iterator[None]:
    """Let one writer at a time, of all processes, look at what is there and change it: links, renames, removals."""
    lock = os.open(_LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=root)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def sweep(root: int) -> None:
    """Remove what killed writers left."""
    try:
        folder = os.open(FOLDER_NAME, FOLDER, dir_fd=root)
    except FileNotFoundError:
        return
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            _remove_unheld(folder, name)
    finally:
        os.close(folder)


def _folder(root: int) -> int:
    try:
        os.mkdir(FOLDER_NAME, 0o700, dir_fd=root)
    except FileExistsError:
        pass
    return os.open(FOLDER_NAME, FOLDER, dir_fd=root)


def _new_file(folder: int) -> tuple[str, int]:
    while True:
        name = f"{os.getpid()}-{os.urandom(8).hex()}"
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return name, file
        os.close(file)  # somebody swept it before it was locked


def _remove_unheld(folder: int, name: str) -> None:
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A writer that has just moved it to its place no longer has this name.
        os.unlink(name, dir_fd=folder)
    except OSError:
        return  # held, or gone meanwhile
    finally:
        os.close(file)
