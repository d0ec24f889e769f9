"""Connections by environment variables: ``MINIO_*`` (as `minio-env`) and ``AWS_*`` (as `aws-env`)."""

from __future__ import annotations

import os

from cellift.storage.connections.model import Connection
from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import AMAZON, check_url
from cellift.storage.secret import Keys, keys

_FALSE = ("", "0", "false", "no", "off")


def connections() -> list[Connection]:
    """Those whose keys are set."""
    return [one for one in (minio(), amazon()) if one is not None]


def named(which: str) -> Connection:
    """``minio`` or ``aws``; unusable when its variables are not set."""
    found = {"minio": minio, "aws": amazon}.get(which, lambda: None)()
    if found is not None:
        return found
    wanted = "MINIO_ACCESS_KEY and MINIO_SECRET_KEY" if which == "minio" else "AWS_ACCESS_KEY_ID and the like"
    return Connection(f"{which}-env", "the environment", unusable=f"The variables {wanted} are not set.")


def minio() -> Connection | None:
    """``MINIO_ENDPOINT`` (with or without http://), ``MINIO_ACCESS_KEY``, ``MINIO_SECRET_KEY`` or the ROOT ones."""
    key_id, secret = _first("MINIO_ACCESS_KEY", "MINIO_ROOT_USER"), _first("MINIO_SECRET_KEY", "MINIO_ROOT_PASSWORD")
    if not key_id or not secret:
        return None
    url, found = _first("MINIO_ENDPOINT", "MINIO_URL", "MINIO_SERVER_URL"), "MINIO_* variables"
    if url and "://" not in url:
        # As MinIO's own tools have it: TLS unless it is said to be off.
        plain = _first("MINIO_SECURE", "MINIO_USE_SSL", default="true").lower() in _FALSE
        url = f"{'http' if plain else 'https'}://{url}"
    if not url:
        return Connection("minio-env", found, unusable="MINIO_ENDPOINT is not set: the server's address is not known.")
    pair = keys(key_id, secret, _first("MINIO_SESSION_TOKEN"))
    return _checked("minio-env", found, url, _first("MINIO_REGION", "MINIO_SITE_REGION"), pair)


def amazon() -> Connection | None:
    """``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, region and endpoint."""
    key_id, secret = _first("AWS_ACCESS_KEY_ID"), _first("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        return None
    url = _first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", default=AMAZON)
    pair = keys(key_id, secret, _first("AWS_SESSION_TOKEN"))
    return _checked("aws-env", "AWS_* variables", url, _first("AWS_REGION", "AWS_DEFAULT_REGION"), pair)


def _checked(name: str, found: str, url: str, region: str, pair: Keys) -> Connection:
    try:
        return Connection(name, found, url=check_url(url), region=region, keys=pair)
    except StorageError as error:
        return Connection(name, found, unusable=f"{error} It is that of the {found}.")


def _first(*names: str, default: str = "") -> str:
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return value
    return default
