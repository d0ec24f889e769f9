"""Secrets that are mounted as a folder with one file per value, as Kubernetes does.

The folders are named by ``CELLIFT_SECRETS`` (several with ``:`` between them), or by ``keys = "folder:PATH"`` of a
connection. Kubeflow's ``mlpipeline-minio-artifact`` has ``accesskey`` and ``secretkey``.
"""

from __future__ import annotations

import os
from pathlib import Path

from cellift.storage.connections.model import Connection
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import check_url
from cellift.storage.secret import keys

VARIABLE = "CELLIFT_SECRETS"
_MOST_BYTES = 16 << 10
_KEY_IDS = ("accesskey", "access_key", "access-key", "accessKey", "AWS_ACCESS_KEY_ID", "MINIO_ACCESS_KEY", "rootUser")
_SECRETS = (
    "secretkey", "secret_key", "secret-key", "secretKey", "AWS_SECRET_ACCESS_KEY", "MINIO_SECRET_KEY", "rootPassword",
)  # fmt: skip
_TOKENS = ("sessiontoken", "session_token", "AWS_SESSION_TOKEN")
_URLS = ("url", "endpoint", "endpoint_url", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "MINIO_ENDPOINT")
_REGIONS = ("region", "AWS_REGION", "AWS_DEFAULT_REGION")


def connections() -> list[Connection]:
    """One for each folder that the variable names, called like the folder."""
    return [connection(Path(one)) for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one]


def connection(folder: Path) -> Connection:
    """The connection in a folder; unusable when files are missing or cannot be read."""
    name, found = folder.name or "secrets", f"the folder {folder}"
    try:
        key_id, secret = _first(folder, _KEY_IDS), _first(folder, _SECRETS)
        token, url, region = _first(folder, _TOKENS), _first(folder, _URLS), _first(folder, _REGIONS)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        return Connection(name, found, unusable=f"A file in {folder} cannot be read: {why}.")
    if not key_id or not secret:
        reason = f"{folder} has no keys: the files {_KEY_IDS[0]} and {_SECRETS[0]} (or AWS_ACCESS_KEY_ID …) are needed."
        return Connection(name, found, unusable=reason)
    pair = keys(key_id, secret, token)
    if not url:
        # The keys are good for a connection that names the folder and has an address.
        return Connection(name, found, keys=pair, region=region)
    try:
        url = check_url(url if "://" in url else f"https://{url}")
    except StorageError as error:
        return Connection(name, found, unusable=f"{error} It is in {folder}.")
    return Connection(name, found, url=url, region=region, keys=pair)


def _first(folder: Path, names: tuple[str, ...]) -> str:
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                text = file.read(_MOST_BYTES).decode("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if text:
            return text
    return ""
