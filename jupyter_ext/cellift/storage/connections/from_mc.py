"""Aliases of MinIO's client: ``$MC_CONFIG_DIR/config.json``, else ``~/.mc/config.json``; and ``MC_HOST_ALIAS``.

The file: ``{"version": "10", "aliases": {NAME: {"url", "accessKey", "secretKey", "sessionToken", "api", "path"}}}``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cellift.storage.connections.model import Connection
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import check_url
from cellift.storage.secret import keys

_PLACEHOLDER = re.compile(r"YOUR-[A-Z-]+-HERE")
_VARIABLE = "MC_HOST_"


def file() -> Path:
    """The file of aliases."""
    return Path(os.environ.get("MC_CONFIG_DIR") or Path("~/.mc").expanduser()) / "config.json"


def connections() -> list[Connection]:
    """All aliases but those that ``mc`` makes as examples, whose keys are placeholders."""
    found = [_of_variable(name) for name in sorted(os.environ) if name.startswith(_VARIABLE)]
    try:
        content = json.loads(file().read_bytes())
    except FileNotFoundError:
        return found
    except (OSError, ValueError):
        return [*found, Connection("mc", str(file()), unusable=f"{file()} cannot be read as the JSON of mc.")]
    aliases = content.get("aliases", content.get("hosts")) if isinstance(content, dict) else None
    for name, alias in (aliases if isinstance(aliases, dict) else {}).items():
        if isinstance(alias, dict) and not _PLACEHOLDER.search(f"{alias.get('accessKey')}{alias.get('secretKey')}"):
            found.append(_of_alias(name, alias))
    return found


def named(alias: str) -> Connection:
    """One alias; unusable when there is none of this name."""
    for one in connections():
        if one.name == alias:
            return one
    return Connection(alias, str(file()), unusable=f"There is no alias {alias!r} in {file()}.")


def _of_alias(name: str, alias: Mapping[str, Any]) -> Connection:
    return _made(
        name,
        f"{file()}",
        str(alias.get("url") or ""),
        str(alias.get("accessKey") or ""),
        str(alias.get("secretKey") or ""),
        str(alias.get("sessionToken") or ""),
        {"on": True, "off": False}.get(str(alias.get("path"))),
    )


def _of_variable(variable: str) -> Connection:
    """``https://KEY:SECRET[:TOKEN]@host``, each part encoded as in a URL."""
    name, given = variable.removeprefix(_VARIABLE), os.environ[variable]
    try:
        parts = urlsplit(given)
    except ValueError:
        return Connection(name, f"${variable}", unusable=f"${variable} is no URL.")
    login, _, host = parts.netloc.rpartition("@")
    key_id, secret, token = (*map(unquote, login.split(":", 2)), "", "", "")[:3]
    return _made(name, f"${variable}", f"{parts.scheme}://{host}", key_id, secret, token, None)


def _made(name: str, found: str, url: str, key_id: str, secret: str, token: str, path_style: bool | None) -> Connection:
    try:
        url, unusable = check_url(url), ""
    except StorageError as error:
        url, unusable = "", f"{error} It is that of the alias {name!r} in {found}."
    pair = keys(key_id, secret, token) if key_id and secret else None
    return Connection(name, found, url=url, path_style=path_style, keys=pair, anonymous=pair is None, unusable=unusable)
