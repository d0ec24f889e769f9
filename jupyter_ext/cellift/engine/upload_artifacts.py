"""``python -m cellift.engine.upload_artifacts FILE``: put what a step made into a store; the supervisor runs it.

A process of its own, since transfers block. ``FILE`` is JSON: ``{"connection", "bucket", "artifacts": [{"name",
"folder", "key"}], "result"}``. When all is there and verified, ``result`` is written: artifact -> its address, and size
and SHA-256 of every file. SIGTERM ends it, with nothing half written in the store.
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from cellift.storage.connections.opening import open_store
from cellift.storage.errors import AccessError, BadNameError, NotFoundError, StorageError
from cellift.storage.performing import perform_all
from cellift.storage.place import Place
from cellift.storage.plan import Move
from cellift.storage.targets import SCHEME

TOLD = 3
PAUSES = (0.5, 2.0)
"""Seconds before each further try, beyond those that a store makes for every request."""
# Trying again does not help.
_FINAL = (AccessError, BadNameError, NotFoundError)


def upload(job: dict[str, Any]) -> dict[str, Any]:
    """Upload all files; gives what ``result`` is to hold. Raises StorageError or OSError for what cannot be had."""
    store = open_store(job["connection"])
    moves, found = [], {}
    for artifact in job["artifacts"]:
        folder = Path(artifact["folder"])
        files = {}
        for path in sorted(folder.rglob("*")):
            # What a link names was not made by the step.
            if path.is_symlink() or not path.is_file():
                continue
            name = path.relative_to(folder).as_posix()
            files[name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
            moves.append(Move(path, Place(store, job["connection"], job["bucket"], artifact["key"] + name)))
        uri = f"{SCHEME}{job['connection']}/{job['bucket']}/{artifact['key']}"
        found[artifact["name"]] = {"uri": uri, "files": files}
    for pause in (*PAUSES, None):
        with closing(perform_all(iter(moves))) as outcomes:
            failed = [(move, error) for move, error in outcomes if error is not None]
        if not failed:
            break
        if pause is None or any(isinstance(error, _FINAL) for _, error in failed):
            raise failed[0][1]
        moves = [move for move, _ in failed]
        time.sleep(pause)
    return found


def sha256(path: Path) -> str:
    """The digest of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def main(file: Path) -> int:
    """Upload, and write the result; `TOLD` when that failed, and why is on standard output."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    job = json.loads(file.read_bytes())
    try:
        found = upload(job)
    except (StorageError, OSError) as error:
        print(error)  # noqa: T201 - for the supervisor
        return TOLD
    result = Path(job["result"])
    staged = result.with_suffix(".new")
    staged.write_text(json.dumps(found), encoding="utf-8")
    staged.replace(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
