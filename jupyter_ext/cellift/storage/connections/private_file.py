"""A file with secrets: of mode 0600, written whole, and not read when others can."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from cellift.storage.errors import StorageError


class UnsafeFileError(StorageError):
    """A file with secrets cannot be used as it is."""

    code = "UnsafeFile"


def read_private(path: Path) -> dict[str, Any]:
    """Return the JSON object in the file; empty when there is none. UnsafeFileError when others can read or swap it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnsafeFileError(f"{path} cannot be read: {error.strerror or error}.") from None
    with os.fdopen(file, "rb") as opened:
        state = os.fstat(opened.fileno())
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.getuid():
            raise UnsafeFileError(f"{path} is not your own file, and is not read: it may be somebody else's keys.")
        if state.st_mode & 0o077:
            raise UnsafeFileError(
                f"{path} can be read or changed by others (mode {stat.S_IMODE(state.st_mode):04o}), and is not used. "
                f"If nobody has: chmod 600 {path}. Else renew the keys that are in it."
            )
        try:
            content = json.loads(opened.read())
        except ValueError:  # its text would be the content
            raise UnsafeFileError(f"{path} is not JSON. Remove it, and set the connections anew.") from None
    if not isinstance(content, dict):
        raise UnsafeFileError(f"{path} holds no connections. Remove it, and set the connections anew.")
    return content


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write the file as a whole or not at all; its folder is made for its owner alone."""
    data = json.dumps(content, indent=1, ensure_ascii=True).encode("ascii")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        # The mode from the first byte on: what is opened by others before it is set stays open to them.
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(file, "wb") as opened:
                os.fchmod(opened.fileno(), 0o600)
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnsafeFileError(f"{path} cannot be written: {error.strerror or error}. Nothing was kept.") from None
