"""What a transfer of many objects is to do, from places as the browser names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cellift.storage.api import ObjectInfo, Store
from cellift.storage.errors import BadNameError, NotFoundError, StorageError
from cellift.storage.place import Place
from cellift.storage.plan import Move, moves
from cellift.storage.shown import quoted
from cellift.storage.targets import LocalPath, Target
from cellift.storage.walk import objects

Opener = Callable[[str], Store]
Source = Target | Path
"""An object; all below a prefix (a key that is empty or ends with a slash); or a file or folder of this machine."""


class Request(NamedTuple):
    """*sources* are copied or moved to *to*: into it, when it is a folder (or a bucket); else one becomes it."""

    sources: Sequence[Source]
    to: Target | Path

    @property
    def into(self) -> bool:
        """Whether things are put into the target."""
        return isinstance(self.to, Path) or is_prefix(self.to)


def is_prefix(target: Target) -> bool:
    """Whether all below a prefix is meant, and not one object."""
    return not target.key or target.key.endswith("/")


def planned(
    request: Request, open_store: Opener, warn: Callable[[str], None], *, hidden: bool = True
) -> Iterator[Move]:
    """Give every move, the markers of folders too. Raises StorageError for what cannot be done as a whole.

    Without *hidden*, files whose names begin with a dot, and what is in such folders, are left out; and no object
    becomes such a file: a bucket of somebody else's must not bring a ``.bashrc``.
    """
    for move in _all(request, open_store, warn, hidden):
        yield move if hidden else _seen(move, request)


def _seen(move: Move, request: Request) -> Move:
    """The move, refused when what it makes would be a hidden file."""
    if not isinstance(move.to, Path) or not isinstance(request.to, Path):
        return move
    if not any(part.startswith(".") for part in move.to.relative_to(request.to).parts):
        return move
    reason = f"{quoted(str(move.source))} would be a hidden file here, and this server does not show hidden files."
    return move._replace(refused=move.refused or BadNameError(f"{reason} Copy it under another name."))


def _all(request: Request, open_store: Opener, warn: Callable[[str], None], hidden: bool) -> Iterator[Move]:
    if len(request.sources) > 1 and not request.into:
        raise StorageError(f"{len(request.sources)} things cannot become one: name a folder.", "InvalidRequest")
    for source in request.sources:
        if isinstance(source, Path):
            yield from _from_path(source, request, open_store, warn, hidden)
        elif is_prefix(source):
            yield from _from_folder(source, request, open_store, warn)
        else:
            to = LocalPath(request.to, True) if isinstance(request.to, Path) else request.to
            yield from moves([source], to, open_store, warn=warn)


def sources_of(sources: Sequence[Target], open_store: Opener) -> Iterator[tuple[Target, ObjectInfo]]:
    """Give all objects that are meant, each with its connection and bucket."""
    for source in sources:
        store = open_store(source.connection)
        if not source.bucket:
            raise BadNameError(f"{quoted(str(source))} names no bucket.")
        if is_prefix(source):
            found = objects(store, source.bucket, source.key)
        else:
            found = iter([store.stat(source.bucket, source.key)])
        for info in found:
            yield Target(source.connection, source.bucket, info.key), info


def _from_path(
    source: Path, request: Request, open_store: Opener, warn: Callable[[str], None], hidden: bool
) -> Iterator[Move]:
    def wanted(_: ObjectInfo, file: str) -> bool:
        parts = Path(file).relative_to(source).parts
        return hidden or not any(part.startswith(".") for part in parts)

    to = LocalPath(request.to, True) if isinstance(request.to, Path) else request.to
    folder = source.is_dir()
    if folder and isinstance(to, Target) and not request.into:
        # It gets this name: what is in it goes there.
        yield from moves([LocalPath(source, True)], _folder(to), open_store, recursive=True, wanted=wanted, warn=warn)
        return
    only = wanted if folder else None
    yield from moves([LocalPath(source, False)], to, open_store, recursive=folder, wanted=only, warn=warn)


def _from_folder(source: Target, request: Request, open_store: Opener, warn: Callable[[str], None]) -> Iterator[Move]:
    name = source.key.rstrip("/").rpartition("/")[2]
    if isinstance(request.to, Path):
        # The folder itself is brought; all of a bucket goes into a folder of its name.
        folder = request.to / (name or source.bucket)
        if name in (".", ".."):
            raise BadNameError(f"{quoted(str(source))} cannot be a folder of this name on this machine.")
        yield from moves([source], LocalPath(folder, True), open_store, recursive=True, warn=warn)
        return
    to = Target(*request.to[:2], f"{request.to.key}{name}/" if name else request.to.key) if request.into else request.to
    to = _folder(to) if to.key else to
    if to[:2] == source[:2] and to.key == source.key:
        raise StorageError(f"{quoted(str(source))} is there already: it would be copied onto itself.", "InvalidRequest")
    yield from moves([source], to, open_store, recursive=True, warn=warn)
    yield from _marker(source, to, open_store)


def _marker(source: Target, to: Target, open_store: Opener) -> Iterator[Move]:
    """The object that keeps an empty folder, when there is one."""
    if not source.key or not to.key:
        return
    store = open_store(source.connection)
    try:
        store.stat(source.bucket, source.key)
    except NotFoundError:
        return
    yield Move(Place(store, *source), Place(open_store(to.connection), *to))


def _folder(to: Target) -> Target:
    return Target(to.connection, to.bucket, to.folder)
