"""What commands put out: JSON on standard output, and whole files."""

from __future__ import annotations

import json
import os
from pathlib import Path


def print_json(document: object) -> None:
    """Print the one document of a command with ``--json``."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def write_whole(path: Path, data: bytes) -> None:
    """Write *path* whole or not at all: half a pipeline still parses as YAML."""
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe: nothing to replace
        path.write_bytes(data)
        return
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staged.write_bytes(data)
        staged.replace(path)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename = str(path)  # not the name of a file that is gone again
        staged.unlink(missing_ok=True)
        raise
