"""Which buckets and keys the local tree can have. What it cannot have is refused with the rule, never changed."""

from __future__ import annotations

import re

from cellift.storage.errors import BadNameError
from cellift.storage.shown import quoted

MOST_KEY_BYTES = 1024
"""S3's limit of a whole key, in bytes of UTF-8."""
MOST_NAME_BYTES = 255
"""Limit of one name in the usual file systems of Linux, in bytes."""

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# Controls would reach terminals and scripts through the names of files; a backslash is a separator where the same
# files are seen from Windows; halves of surrogate pairs are no UTF-8.
_BAD = re.compile("[\x00-\x1f\x7f-\x9f\\\\\ud800-\udfff]")
# Files that rclone, which serves this tree as S3, makes while it writes.
_RESERVED_NAMES = (".rclone_temp_",)


def check_bucket(name: str) -> None:
    """Raise BadNameError unless S3's rules for general purpose buckets allow *name*."""
    reason = None
    if not 3 <= len(name) <= 63:
        reason = "it must have 3 to 63 characters"
    elif not _BUCKET.fullmatch(name):
        reason = "it must be made of a-z, 0-9, '-' and '.', with a letter or digit at both ends"
    elif ".." in name:
        reason = "two dots may not follow each other"
    elif _ADDRESS.fullmatch(name):
        reason = "it may not look like an IP address"
    elif name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        reason = "S3 keeps this beginning or end for itself"
    if reason:
        raise BadNameError(f"{quoted(name)} cannot be the name of a bucket: {reason}.", "InvalidBucketName")


def is_bucket(name: str) -> bool:
    """Whether *name* is one that `check_bucket` accepts."""
    try:
        check_bucket(name)
    except BadNameError:
        return False
    return True


def check_key(key: str) -> list[str]:
    """Return the segments of a key; the last one is empty for a folder marker (``folder/``).

    Raises BadNameError with the rule that the key breaks.
    """
    reason = _reason(key)
    if reason:
        raise BadNameError(f"The local tree cannot have the key {quoted(key)}: {reason}.")
    return key.split("/")


def is_key(key: str) -> bool:
    """Whether *key* is one that `check_key` accepts."""
    return _reason(key) is None


def _reason(key: str) -> str | None:
    if not key:
        return "it is empty"
    bad = _BAD.search(key)
    if bad:
        if bad[0] == "\\":
            return "a backslash separates folders on other systems; use '/'"
        if "\ud800" <= bad[0] <= "\udfff":
            return "it is not valid Unicode"
        return f"it has the control character {bad[0]!a}"
    if len(key.encode()) > MOST_KEY_BYTES:
        return f"it is longer than {MOST_KEY_BYTES} bytes"
    *folders, last = key.split("/")
    for name in (*folders, last) if last else folders:
        if not name:
            return "a part of it between slashes is empty"
        if name in (".", ".."):
            return f"{name!r} as a part of it means another folder"
        if len(name.encode()) > MOST_NAME_BYTES:
            return f"a part of it between slashes is longer than {MOST_NAME_BYTES} bytes, the file system's limit"
        if name.startswith(_RESERVED_NAMES):
            return f"names that start with {_RESERVED_NAMES[0]!r} are rclone's"
    return None
