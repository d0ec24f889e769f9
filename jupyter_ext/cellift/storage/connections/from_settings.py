"""Connections of ``[storage.NAME]`` in cellift.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from cellift.config.storage import StorageTable
from cellift.storage.connections import from_aws, from_environment, from_folder, from_mc
from cellift.storage.connections.model import Connection
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import AMAZON, check_url


def connection(table: StorageTable, kept: Mapping[str, Connection]) -> Connection:
    """The connection that a table describes, with the keys that it refers to, or else those kept under its name."""
    values = table.values
    place = str(table.file) if table.line is None else f"{table.file}:{table.line}"
    found = Connection(
        table.name,
        place,
        kind=values.get("kind", "s3"),
        url=values.get("url", ""),
        region=values.get("region", ""),
        path_style=values.get("path_style"),
        ca=values.get("ca", ""),
        proxy=values.get("proxy"),
        read_only=values.get("read_only", False),
        anonymous=values.get("anonymous", False),
    )
    if found.ca:
        # From the folder of the file: the working directory differs between a terminal, a server and a run.
        found = replace(found, ca=str(table.file.parent / Path(found.ca).expanduser()))
    if found.kind == "s3" and found.url:
        try:
            found = replace(found, url=check_url(found.url))
        except StorageError as error:
            return replace(found, url="", unusable=f"{error} It is at {place}.")
    if not found.anonymous:
        found = _with_keys(found, values, kept)
    return found if found.url or found.unusable or found.kind != "s3" else replace(found, url=AMAZON)


def _with_keys(found: Connection, values: Mapping[str, str], kept: Mapping[str, Connection]) -> Connection:
    if "profile" in values and "keys" in values:
        return replace(found, unusable=f"{found.found} names both `profile` and `keys`. Remove one of them.")
    if "profile" in values:
        return _taken(found, from_aws.of_profile(values["profile"]))
    kind, _, rest = values.get("keys", "").partition(":")
    if "keys" in values:
        source = _SOURCES.get(kind)
        if source is None:
            known = ", ".join(sorted(_SOURCES))
            return replace(found, unusable=f"{found.found}: `keys` begins with one of {known}, then ':'.")
        return _taken(found, source(rest))
    own = kept.get(found.name)
    if own is not None:
        if found.url and own.url != found.url:
            reason = f"Its keys were kept for {own.url}, not for {found.url}. Set them anew: {_set(found.name)}"
            return replace(found, unusable=reason)
        return _taken(found, own)
    if found.kind != "s3":
        return found
    reason = f"It has no keys. Give them to: {_set(found.name)}; or set `profile`, `keys` or `anonymous` in its table."
    return replace(found, unusable=reason)


def _taken(found: Connection, other: Connection) -> Connection:
    """The connection with the other's keys, and with its address where it has none."""
    if other.unusable:
        return replace(found, unusable=other.unusable)
    return replace(
        found,
        keys=other.keys,
        url=found.url or other.url,
        region=found.region or other.region,
        found=f"{found.found}, keys from {other.found}",
    )


def _set(name: str) -> str:
    return f"cellift data alias set {name}"


_SOURCES: Mapping[str, Callable[[str], Connection]] = {
    "env": from_environment.named,
    "mc": from_mc.named,
    "folder": lambda path: from_folder.connection(Path(path).expanduser()),
}
