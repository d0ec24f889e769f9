"""Connections that were set in Cellift (``cellift data alias set``): ``connections.json`` beside the settings.

The secret and the token are in the keyring when there is one that works, else in the file, which is the user's alone.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cellift.config.settings import config_path
from cellift.config.storage import BUILT_IN, is_name
from cellift.storage.connections import keyring_box
from cellift.storage.connections.model import Connection
from cellift.storage.connections.private_file import read_private, write_private
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import check_url
from cellift.storage.secret import Keys, keys
from cellift.storage.shown import quoted


def file() -> Path:
    """The file that holds them."""
    return config_path() / "connections.json"


def kept() -> list[Connection]:
    """All connections that are kept. UnsafeFileError when others can read the file."""
    return [_connection(name, entry) for name, entry in read_private(file()).items() if isinstance(entry, dict)]


def keep(
    name: str,
    url: str,
    pair: Keys | None,
    *,
    region: str = "",
    path_style: bool | None = None,
    read_only: bool = False,
) -> Connection:
    """Keep a connection, in place of the one of this name if there is one; without keys it is anonymous."""
    if not is_name(name) or name == BUILT_IN:
        why = "is always the tree of this machine" if name == BUILT_IN else "has characters that no name may have"
        raise StorageError(
            f"A connection cannot be called {quoted(name)}: it {why}. Use up to 64 letters, digits, '-' and '_'.",
            "InvalidName",
        )
    entry: dict[str, Any] = {"url": check_url(url), "region": region, "path_style": path_style, "read_only": read_only}
    entry["anonymous"] = pair is None
    with _changing() as entries:
        old = entries.get(name)
        if pair is not None:
            entry["key_id"] = pair.key_id.reveal()
            secrets = {"secret": pair.secret.reveal(), "token": pair.token.reveal() if pair.token else ""}
            box = keyring_box.keyring()
            if box is not None and keyring_box.put(box, name, json.dumps(secrets)):
                entry["keyring"] = True
            else:
                entry.update(secrets)
        if isinstance(old, dict) and old.get("keyring") and not entry.get("keyring"):
            _forget(name)
        entries[name] = entry
    return _connection(name, entry)


def forget(name: str) -> bool:
    """Remove a connection and its secrets; False when none of this name is kept."""
    with _changing() as entries:
        entry = entries.pop(name, None)
        if isinstance(entry, dict) and entry.get("keyring"):
            _forget(name)
    return entry is not None


def _forget(name: str) -> None:
    box = keyring_box.keyring()
    if box is not None:
        keyring_box.remove(box, name)


def _connection(name: str, entry: dict[str, Any]) -> Connection:
    pair, unusable = None, ""
    key_id = str(entry.get("key_id") or "")
    if key_id:
        where = "the keyring" if entry.get("keyring") else str(file())
        secrets = _secrets(name, entry)
        if secrets is None:
            unusable = f"The keyring does not give the secret. Unlock it, or: cellift data alias set {name} URL"
        else:
            pair = keys(key_id, str(secrets.get("secret") or ""), str(secrets.get("token") or "") or None)
    else:
        where = str(file())
    return Connection(
        name,
        f"cellift data alias set (keys in {where})" if key_id else f"cellift data alias set ({where})",
        url=str(entry.get("url") or ""),
        region=str(entry.get("region") or ""),
        path_style=entry.get("path_style") if isinstance(entry.get("path_style"), bool) else None,
        read_only=bool(entry.get("read_only")),
        anonymous=bool(entry.get("anonymous")),
        keys=pair,
        unusable=unusable,
    )


def _secrets(name: str, entry: dict[str, Any]) -> dict[str, Any] | None:
    if not entry.get("keyring"):
        return entry
    box = keyring_box.keyring()
    text = keyring_box.get(box, name) if box is not None else None
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _changing() -> Iterator[dict[str, Any]]:
    """The entries, for one program at a time; written when the block ends well."""
    path = file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_name(".connections.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"Connections cannot be kept in {path.parent}: {error.strerror or error}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = read_private(path)
        yield entries
        write_private(path, entries)
    finally:
        os.close(lock)
