"""``[storage.NAME]`` of cellift.toml: named connections to object stores. Secrets are not among the keys.

What is written here says where a store is and where its keys are found; the keys themselves are kept elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class StorageKey(NamedTuple):
    """A key of a connection: its kind, and what it means."""

    kind: type
    meaning: str


STORAGE_KEYS: Mapping[str, StorageKey] = {
    "url": StorageKey(str, "http:// or https://, host and port of the server"),
    "kind": StorageKey(str, "the back end: s3, or one that a package adds"),
    "region": StorageKey(str, "the region that requests are signed for"),
    "path_style": StorageKey(bool, "whether the bucket is in the path (true) or in the host's name (false)"),
    "ca": StorageKey(str, "a file with certificates that are trusted too"),
    "proxy": StorageKey(str, "the URL of an HTTP proxy; empty: none"),
    "read_only": StorageKey(bool, "whether every write is refused"),
    "anonymous": StorageKey(bool, "whether requests are not signed"),
    "profile": StorageKey(str, "the AWS profile whose keys are used"),
    "keys": StorageKey(str, "where the keys are: env:aws, env:minio, mc:ALIAS or folder:PATH"),
}
_SECRETS = re.compile(r"(?i)secret|password|token|access_?key|key_?id")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
BUILT_IN = "local"


def is_name(name: str) -> bool:
    """Whether a connection may have this name: it is the first part of ``NAME/bucket/key``."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class StorageTable:
    """A connection as it is written in a file. ``values`` are by `STORAGE_KEYS`; ``line`` is that of its first key."""

    name: str
    file: Path
    line: int | None
    values: Mapping[str, Any] = field(repr=False)  # a proxy's URL may hold a password


def read_tables(
    path: Path, table: Mapping[str, Any], lines: Mapping[str, int]
) -> tuple[list[StorageTable], list[tuple[int | None, str]]]:
    """The connections of a file's ``[storage]``, and line and message of each problem: what is wrong is left out."""
    found: list[StorageTable] = []
    problems: list[tuple[int | None, str]] = []
    for name, given in table.items():
        line = next((number for key, number in lines.items() if key.startswith(f"storage.{name}.")), None)
        if not isinstance(given, dict):
            where = lines.get(f"storage.{name}")
            problems.append((where, f"storage.{name} is no table; a connection is a table: [storage.{name}]"))
        elif name == BUILT_IN:
            problems.append((line, f"[storage.{name}] is left out: `{name}` is always the tree of this machine"))
        elif not is_name(name):
            problems.append(
                (line, f"[storage.{name!r}] is left out: a name has up to 64 letters, digits, '-', '_', '.' and '@'")
            )
        else:
            values: dict[str, Any] = {}
            for key, value in given.items():
                problem = _problem(name, key, value)
                if problem:
                    problems.append((lines.get(f"storage.{name}.{key}", line), problem))
                else:
                    values[key] = value
            found.append(StorageTable(name, path, line, values))
    return found, problems


def _problem(name: str, key: str, value: Any) -> str:
    """Why a key is left out; its value is never repeated, as it may be a secret."""
    rule = STORAGE_KEYS.get(key)
    if rule is not None:
        if isinstance(value, rule.kind):
            return ""
        kind = "true or false" if rule.kind is bool else "a text"
        return f"storage.{name}.{key} ({rule.meaning}) must be {kind}; left out"
    if _SECRETS.search(key):
        return (
            f"storage.{name}.{key} is left out: keys are not read from this file, which is copied and shared. Remove "
            f"the line, and give them to: cellift data alias set {name}"
        )
    import difflib

    near = difflib.get_close_matches(key, STORAGE_KEYS, 1)
    hint = f" Near it: {near[0]}." if near else ""
    return f"there is no setting storage.{name}.{key}; it has no effect.{hint}"
