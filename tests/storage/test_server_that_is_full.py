"""Real servers whose disk is really full: a small one in a mount namespace that ends with the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.servers import FOLDER

PROGRAM = """
import io, json, sys
from pathlib import Path
from cellift.storage.errors import StorageError
from cellift.storage.s3.store import S3Store
from storage.rclone import start
from storage.servers import start_minio, start_versitygw

folder = Path(sys.argv[2])
server = {"minio": start_minio, "versitygw": start_versitygw, "rclone": start}[sys.argv[1]](folder)
told = []
try:
    store = S3Store(server.endpoint(), server.keys, pause=lambda _: None)
    store.make_bucket("bucket")
    for size in (12 << 20, 40 << 20):
        try:
            store.write("bucket", "n", io.BytesIO(bytes(size)), size=size)
        except StorageError as error:
            told.append([type(error).__name__, str(error)])
    left = [one.key for one in store.page("bucket").objects] + store.uploads("bucket")
finally:
    server.stop()
print(json.dumps([told, left]))
"""
SAYS = {
    "minio": ("FullError", "has no room left for 'bucket/n'. Remove objects, or ask for a larger quota"),
    "versitygw": ("FullError", "has no room left for 'bucket/n'. Remove objects, or ask for a larger quota"),
    # It says no more than that it failed; of parts, also that it does not know the upload any more.
    "rclone": ("UnreachableError", "cannot answer now (HTTP 500), also after 5 tries"),
}


@pytest.mark.parametrize("name", SAYS if FOLDER else ["rclone"])
def test_a_server_that_is_full_is_told_and_keeps_nothing(name: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        [
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"', str(disk),
            sys.executable, "-c", PROGRAM, name, str(disk),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip("no user namespaces")
    assert done.returncode == 0, done.stderr
    told, left = json.loads(done.stdout)
    kind, says = SAYS[name]
    assert told[0][0] == kind and says in told[0][1], told
    assert told[1][0] == kind or (name, told[1][0]) == ("rclone", "NotFoundError"), told
    assert left == []
