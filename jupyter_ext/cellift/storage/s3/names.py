"""Names of buckets and keys that may be sent to an S3 server."""

from __future__ import annotations

import re

from cellift.storage.errors import BadNameError
from cellift.storage.shown import quoted

MOST_KEY_BYTES = 1024

# Wider than the rules for new buckets: old ones have capitals, underscores and up to 255 characters.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{1,254}")


def check_bucket(name: str) -> None:
    """Raise BadNameError for what is no bucket anywhere, so that it cannot change what a request means."""
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise BadNameError(
            f"{quoted(name)} cannot be the name of a bucket: letters, digits, '-', '.' and '_', from 3 on.",
            "InvalidBucketName",
        )


def check_key(key: str, *, exact: bool = True) -> None:
    """Raise BadNameError with the rule that the key breaks.

    With ``exact=False``, for a server that leaves out empty parts of a key (MinIO, the Versity gateway, rclone): it
    would write, read or remove another object than the one that is named.
    """
    reason = ""
    if not key:
        reason = "it is empty"
    elif re.search("[\ud800-\udfff]", key):
        reason = "it is not valid Unicode"
    elif len(key.encode()) > MOST_KEY_BYTES:
        reason = f"it is longer than {MOST_KEY_BYTES} bytes"
    elif "\x00" in key:
        reason = "it has a NUL character"
    elif not key.strip("/"):
        # Some servers leave out what is empty: the request would be for the bucket, also one to remove it.
        reason = "it is nothing but slashes"
    elif not exact and (key.startswith("/") or "//" in key):
        reason = "servers other than Amazon's leave out the empty part before a '/', which makes it another key"
    elif {".", ".."} & set(key.split("/")):
        # Proxies, servers and clients resolve them, each in its way: the request would be for another key.
        reason = "'.' or '..' as a part of it means another folder"
    if reason:
        raise BadNameError(f"A store cannot have the key {quoted(key)}: {reason}.")
