"""What a copy comprises: each object or file with the place that it goes to, found while the copy goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from cellift.storage.api import ObjectInfo, Store
from cellift.storage.errors import BadNameError, NotFoundError, StorageError
from cellift.storage.overlap import is_within
from cellift.storage.place import Place
from cellift.storage.shown import quoted, shown
from cellift.storage.targets import LocalPath, Target
from cellift.storage.transfer import nothing
from cellift.storage.walk import is_folder, objects

Opener = Callable[[str], Store]
Wanted = Callable[[ObjectInfo, str], bool]
"""Whether an object (what is known of it, and its whole target) or a file is meant."""

_WHOLE = "{} is a folder: give --recursive to copy all in it."


class Move(NamedTuple):
    """One object or file, and where it goes. A place whose key ends with a slash is a folder's marker.

    ``refused``: why it may not go there; the others of the plan may. ``size``: bytes of an object, as it was listed.
    ``found``: all that its store tells of it, where it was asked just now.
    """

    source: Path | Place
    to: Path | Place
    refused: BadNameError | None = None
    size: int = 0
    found: ObjectInfo | None = None

    def __str__(self) -> str:
        return f"{_text(self.source)} -> {_text(self.to)}"


class NotRecursiveError(StorageError):
    """A folder was named without saying that all in it is meant."""


def moves(
    sources: Sequence[LocalPath | Target],
    to: LocalPath | Target,
    open_store: Opener,
    *,
    recursive: bool = False,
    wanted: Wanted | None = None,
    warn: Callable[[str], None] = nothing,
) -> Iterator[Move]:
    """Give every move. As in ``mc``, ``dir`` brings the folder itself to the target, and ``dir/`` what is in it.

    With *wanted*, only what it takes. Raises StorageError for what cannot be copied as a whole; *warn* is told of what
    is left out.
    """
    into = _folder_of(to, open_store, several=len(sources) > 1 or recursive)
    for source in sources:
        if isinstance(source, LocalPath):
            yield from _from_path(source, to, into, open_store, recursive, wanted, warn)
        else:
            yield from _from_store(source, to, into, open_store, recursive, wanted)


def path_below(folder: Path, key: str) -> Path:
    """Return the file that a key becomes below a folder. Raises BadNameError when it would be anywhere else."""
    segments = key.rstrip("/").split("/") if key.endswith("/") and key != "/" else key.split("/")
    if any(segment in ("", ".", "..") or "\0" in segment for segment in segments):
        raise BadNameError(
            f"The key {quoted(key)} cannot be a file below {quoted(str(folder))}. Copy it by a name you give."
        )
    return folder.joinpath(*segments)


def _folder_of(to: LocalPath | Target, open_store: Opener, *, several: bool) -> bool:
    """Whether things are put into the target; else it is the name of the one thing."""
    if isinstance(to, LocalPath):
        return to.is_folder or several
    if not to.bucket:
        raise BadNameError(f"{quoted(str(to))} names no bucket. Write CONNECTION/bucket or CONNECTION/bucket/key.")
    if not to.key or to.key.endswith("/") or several:
        return True
    return is_folder(open_store(to.connection), to.bucket, to.folder)


def _from_path(
    source: LocalPath,
    to: LocalPath | Target,
    into: bool,
    open_store: Opener,
    recursive: bool,
    wanted: Wanted | None,
    warn: Callable[[str], None],
) -> Iterator[Move]:
    if isinstance(to, LocalPath):
        raise StorageError(f"Both {quoted(str(source))} and {quoted(str(to))} are paths of this machine: use `cp`.")
    if not source.path.is_dir():
        if source.path.is_symlink() and not source.path.exists():
            raise FileNotFoundError(2, "the link leads nowhere", str(source.path))
        if _takes_file(wanted, source.path):
            yield Move(source.path, _place(to, source.path.name if into else "", open_store))
        return
    if not recursive:
        raise NotRecursiveError(_WHOLE.format(quoted(str(source))))
    _check_apart(source, to, open_store)
    base = "" if source.slash or source.path.name in ("", "..") else f"{source.path.name}/"
    for folder, folders, files in os.walk(source.path):
        folders.sort()
        for name in list(folders):
            if Path(folder, name).is_symlink():
                warn(f"{shown(str(Path(folder, name)))} is left out: a link to a folder.")
                folders.remove(name)
        for name in sorted(files):
            file = Path(folder, name)
            if not file.is_file():
                warn(f"{shown(str(file))} is left out: it is no file, or a link that leads nowhere.")
                continue
            if _takes_file(wanted, file):
                yield Move(file, _place(to, base + file.relative_to(source.path).as_posix(), open_store))


def _from_store(
    source: Target,
    to: LocalPath | Target,
    into: bool,
    open_store: Opener,
    recursive: bool,
    wanted: Wanted | None,
) -> Iterator[Move]:
    store = open_store(source.connection)
    if not source.bucket:
        raise BadNameError(f"{quoted(str(source))} names no bucket. Write CONNECTION/bucket/key.")
    if not recursive:
        if not source.key or source.key.endswith("/"):
            raise NotRecursiveError(_WHOLE.format(quoted(str(source))))
        name = source.key.rpartition("/")[2]
        try:
            info = store.stat(source.bucket, source.key)
        except NotFoundError:
            if is_folder(store, source.bucket, source.folder):
                raise NotRecursiveError(_WHOLE.format(quoted(str(source)))) from None
            raise
        if wanted is None or wanted(info, str(source)):
            yield Move(Place(store, *source), _destination(to, name if into else "", open_store), None, info.size, info)
        return
    _check_apart(source, to, open_store)
    start = len(source.folder)
    base = "" if source.key.endswith("/") or not source.key else f"{source.key.rpartition('/')[2]}/"
    found = False
    for info in objects(store, source.bucket, source.folder):
        found = True
        place = Place(store, source.connection, source.bucket, info.key)
        if info.key != source.folder and (wanted is None or wanted(info, str(place))):
            yield _move(place, to, base + info.key[start:], open_store, info.size)
    if not found and source.key:
        # `--recursive` on one object copies it, as it does for files.
        info = store.stat(source.bucket, source.key)
        if wanted is None or wanted(info, str(source)):
            name = source.key.rpartition("/")[2]
            yield Move(Place(store, *source), _destination(to, name, open_store), None, info.size, info)


def _check_apart(source: LocalPath | Target, to: LocalPath | Target, open_store: Opener) -> None:
    """Refuse a copy into itself: it would meet what it has made, and not end."""
    if is_within(to, source, open_store):
        raise StorageError(
            f"{quoted(str(to))} lies in what is to be copied, {quoted(str(source))}: the copy would find what it has "
            "made itself, again and again. Name a place outside of it.",
            "InvalidRequest",
        )


def _destination(to: LocalPath | Target, name: str, open_store: Opener) -> Path | Place:
    if isinstance(to, LocalPath):
        return path_below(to.path, name) if name else to.path
    return _place(to, name, open_store)


def _move(source: Place, to: LocalPath | Target, name: str, open_store: Opener, size: int) -> Move:
    try:
        return Move(source, _destination(to, name, open_store), size=size)
    except BadNameError as error:
        assert isinstance(to, LocalPath)
        return Move(source, to.path, error)


def _place(to: Target, name: str, open_store: Opener) -> Place:
    key = to.folder + name if name else to.key
    return Place(open_store(to.connection), to.connection, to.bucket, key)


def _takes_file(wanted: Wanted | None, file: Path) -> bool:
    if wanted is None:
        return True
    state = file.stat()
    modified = datetime.fromtimestamp(state.st_mtime, timezone.utc)
    return wanted(ObjectInfo(file.name, state.st_size, modified), str(file))


def _text(end: Path | Place) -> str:
    return str(end) if isinstance(end, Place) else shown(str(end))
