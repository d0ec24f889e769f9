"""Rows of listings, for people and as JSON with the names that ``mc --json`` uses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cellift.api.words import size
from cellift.storage.api import ObjectInfo
from cellift.storage.shown import shown


def object_line(name: str, info: ObjectInfo | None) -> str:
    """Return ``2026-11-27 14:02    1.2 KiB  name`` in local time; a folder has neither time nor size."""
    when = info.modified.astimezone().strftime("%Y-%m-%d %H:%M") if info and info.modified else ""
    return f"{when:<16} {size(info.size) if info else '':>10}  {shown(name)}"


def object_record(info: ObjectInfo, **more: Any) -> dict[str, Any]:
    """Return an object for JSON; its time is RFC 3339 in UTC, its size in bytes."""
    record: dict[str, Any] = {
        "key": info.key,
        "type": "folder" if info.key.endswith("/") else "file",
        "size": info.size,
    }
    record |= {"lastModified": moment(info.modified), "etag": info.etag}
    return record | more


def moment(time: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC."""
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def print_list(records: Iterable[Any]) -> None:
    """Print one JSON list, an item a line, while the items come: a listing may be longer than memory."""
    print("[", end="")
    end = "\n"
    try:
        for record in records:
            print(end + json.dumps(record, ensure_ascii=True), end="")
            end = ",\n"
    finally:
        print("\n]" if end != "\n" else "]")


def print_json(document: object) -> None:
    """Print the one document of a command with ``--json``."""
    print(json.dumps(document, ensure_ascii=False, indent=2))
