"""Objects that steps read: found with what tells them from another object of that name, and fetched once.

Local copies are below ``cache/objects`` of Cellift's folder, each in a folder of its own that is named after the object
and its etag: an object that was replaced never meets the copy of the old one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cellift.storage.api import ObjectInfo
from cellift.storage.connections.opening import open_store
from cellift.storage.errors import ChangedError
from cellift.storage.place import Place
from cellift.storage.shown import shown
from cellift.storage.targets import SCHEME, at_address

_SEAL = ".cellift-copy.json"
_LOCK = ".cellift-lock"
_UNPLAIN = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST = 100


def find(connection: str, bucket: str, key: str) -> dict[str, Any]:
    """An object as a run records it: ``uri``, ``etag``, ``version``, ``bytes`` and ``checksums``. Raises StorageError.

    ``checksums`` are those that the store vouches for, by name.
    """
    return _record(connection, bucket, key, open_store(connection).stat(bucket, key))


def fetch(record: Mapping[str, Any], home: Path) -> Path:
    """The local copy of the object that was recorded; it is fetched and verified when there is none.

    Raises StorageError, ChangedError when the object is another one by now; OSError for the disk.
    """
    path = copy_path(record, home)
    if is_fetched(record, home):
        return path
    home.joinpath("cache").mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Steps that read one object start together: the first fetches it, the others wait for that.
    with path.with_name(_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_fetched(record, home):
            _fetch(record, path)
    return path


def _fetch(record: Mapping[str, Any], path: Path) -> None:
    from cellift.storage.transfer import download

    connection, bucket, key = at_address(record["uri"])
    check(record)
    found = download(Place(open_store(connection), connection, bucket, key), path)
    if not _is_same(record, _record(connection, bucket, key, found)):
        path.unlink()
        raise _changed(record)
    # The next step, or the next run, gets the same file: nobody is to write into it unawares.
    path.chmod(0o400)
    _seal(path).write_text(json.dumps(_state(path)))


def check(record: Mapping[str, Any]) -> None:
    """Raise ChangedError when the object is not the one that was recorded any more, StorageError when it is gone."""
    if not _is_same(record, find(*at_address(record["uri"]))):
        raise _changed(record)


def is_fetched(record: Mapping[str, Any], home: Path) -> bool:
    """Whether there is a whole local copy that nobody has touched."""
    path = copy_path(record, home)
    try:
        return bool(json.loads(_seal(path).read_bytes()) == _state(path))
    except (OSError, ValueError):
        return False


def copy_path(record: Mapping[str, Any], home: Path) -> Path:
    """Where the local copy is or would be. It ends as the key does, since readers tell formats by that."""
    what = json.dumps([record[name] for name in ("uri", "etag", "version", "bytes")])
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    name = _UNPLAIN.sub("_", record["uri"].rpartition("/")[2])[-_LONGEST:]
    return home / "cache" / "objects" / digest / (f"_{name}" if name.startswith(".") else name)


def shown_name(record: Mapping[str, Any]) -> str:
    """The object for people: ``CONNECTION/bucket/key``."""
    return shown(record["uri"].removeprefix(SCHEME))


def _record(connection: str, bucket: str, key: str, info: ObjectInfo) -> dict[str, Any]:
    # A store that tells no etag still tells when the object was written.
    etag = info.etag or (info.modified.isoformat() if info.modified else "")
    return {
        "uri": f"{SCHEME}{connection}/{bucket}/{key}",
        "etag": etag,
        "version": info.version,
        "bytes": info.size,
        "checksums": dict(info.checksums),
    }


def _is_same(record: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(record[name] == other[name] for name in ("etag", "version", "bytes"))


def _changed(record: Mapping[str, Any]) -> ChangedError:
    return ChangedError(f"{shown_name(record)} was replaced after the run had begun. Start the run again.")


def _seal(path: Path) -> Path:
    return path.with_name(_SEAL)


def _state(path: Path) -> dict[str, int]:
    state = path.stat()
    return {"bytes": state.st_size, "modified": state.st_mtime_ns, "inode": state.st_ino}
