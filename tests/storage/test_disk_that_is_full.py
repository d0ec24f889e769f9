"""A disk that is really full, and a real limit for the size of a file: what the commands say, and what they leave.

The disk is a small one in a mount namespace that ends with the test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cellift.storage.local.tree import LocalTree
from storage.kit import put
from storage.rclone import Rclone

ROOM = 1 << 20
BIG = os.urandom(3 * ROOM)
"""More than a file may have there."""

PROGRAM = """
import contextlib, io, json, os, sys
from pathlib import Path
from cellift.cli.__main__ import main

told = []
for command in json.loads(sys.argv[1]):
    error = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(error):
        code = main(command)
    told.append([code, output.getvalue(), error.getvalue()])
files = {str(one): one.stat().st_size for folder in sys.argv[2:] for one in Path(folder).rglob("*") if one.is_file()}
print(json.dumps([told, files]))
"""


class Limited:
    """Runs the commands of `cellift` in a process of its own; gives for each its code, output and errors, and what is
    on the disk then."""

    def __init__(self, how: str, disk: Path, env: dict[str, str]) -> None:
        self.how, self.disk, self.env = how, disk, env

    def __call__(self, *commands: list[str]) -> tuple[list[tuple[int, str, str]], dict[str, int]]:
        program = [sys.executable, "-c", PROGRAM, json.dumps(commands), str(self.disk)]
        if self.how == "disk":
            mount = f'mount -t tmpfs -o size={ROOM} tmpfs "$0" && exec "$@"'
            program = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(self.disk), *program]
        else:
            program = ["sh", "-c", f'ulimit -f {ROOM // 512} && exec "$@"', "sh", *program]
        done = subprocess.run(program, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
            pytest.skip("no user namespaces")
        assert done.returncode == 0, done.stderr
        told, files = json.loads(done.stdout)
        return [(code, output, error) for code, output, error in told], files


@pytest.fixture(params=["disk", "limit"])
def limited(request: pytest.FixtureRequest, tmp_path: Path, rclone: Rclone) -> Limited:
    (tmp_path / "disk").mkdir()
    (tmp_path / "big").write_bytes(BIG)
    (tmp_path / "small").write_bytes(b"small")
    env = {
        **os.environ,
        "HOME": str(tmp_path / "nobody"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "CELLIFT_HOME": str(tmp_path / "home"),
        "MINIO_ENDPOINT": rclone.url,
        "MINIO_ACCESS_KEY": rclone.keys.key_id.reveal(),
        "MINIO_SECRET_KEY": rclone.keys.secret.reveal(),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return Limited(request.param, tmp_path / "disk", env)


@pytest.fixture
def remote(rclone: Rclone) -> str:
    """An object at a real server."""
    store = rclone.store()
    if "full-disk" not in [one.name for one in store.buckets()]:
        store.make_bucket("full-disk")
    put(store, "full-disk", "big", BIG)
    put(store, "full-disk", "more", b"more")
    return "minio-env/full-disk/"


SAYS = {
    "disk": "cannot be written: No space left on device. ",
    "limit": "cannot be written: File too large. ",
}


@pytest.mark.parametrize("source", ["server", "local tree"])
def test_a_download_that_the_disk_cannot_take(limited: Limited, remote: str, source: str, tmp_path: Path) -> None:
    if source == "local tree":
        tree = LocalTree(tmp_path / "home" / "data")
        tree.make_bucket("bucket")
        put(tree, "bucket", "big", BIG)
        remote = "local/bucket/"
    target = limited.disk / "deep" / "file"
    told, files = limited(["data", "cp", f"{remote}big", str(target)])
    ((code, _, error),) = told
    assert code == 1 and f"'{target}' {SAYS[limited.how]}" in error, error
    assert ("Make room on its disk" if limited.how == "disk" else "`ulimit -f`") in error
    assert "Errno" not in error and "Traceback" not in error and "internal" not in error
    assert files == {}, "no half file, under no name"


def test_the_local_tree_on_a_disk_that_cannot_take_it(limited: Limited, remote: str, tmp_path: Path) -> None:
    limited.env["CELLIFT_HOME"] = str(limited.disk / "home")
    told, files = limited(
        ["data", "mb", "local/bucket"],
        ["data", "cp", str(tmp_path / "small"), "local/bucket/small"],
        ["data", "cp", str(tmp_path / "big"), "local/bucket/up"],
        ["data", "cp", f"{remote}big", "local/bucket/copied"],
        ["data", "mirror", f"{remote}", "local/bucket/mirrored"],
        ["data", "cp", str(tmp_path / "small"), "local/bucket/again"],
        ["data", "ls", "--json", "local/bucket"],
    )
    assert [code for code, _, _ in told] == [0, 0, 1, 1, 1, 0, 0], told
    for (_, _, error), name in zip(told[2:5], ("up", "copied", "mirrored/big"), strict=True):
        assert f"'bucket/{name}' {SAYS[limited.how]}" in error, error
        assert ("Remove objects" if limited.how == "disk" else "`ulimit -f`") in error
        assert "Errno" not in error and "Traceback" not in error
    listed = {name: size for name, size in files.items() if "/data/" in name and "/.lock" not in name}
    bucket = limited.disk / "home" / "data" / "bucket"
    wanted = {str(bucket / "small"): 5, str(bucket / "again"): 5}
    # A full disk ends the whole; a file that is too large, that file alone.
    if limited.how == "limit":
        wanted[str(bucket / "mirrored" / "more")] = 4
    assert {name: listed[name] for name in wanted} == wanted
    assert set(listed) - set(wanted) <= {str(bucket / "mirrored" / "more")}, "nothing half, also in .staging"


def test_an_upload_needs_no_room_here(limited: Limited, rclone: Rclone, remote: str, tmp_path: Path) -> None:
    """Nothing is spilled: with a home that is full, more than one request takes still goes up."""
    (tmp_path / "huge").write_bytes(BIG * 7)
    limited.env["CELLIFT_HOME"] = str(limited.disk / "home")
    limited.env["TMPDIR"] = str(limited.disk)
    told, files = limited(["data", "cp", str(tmp_path / "huge"), f"{remote}huge"])
    assert told[0][0] == 0, told
    assert rclone.store().stat("full-disk", "huge").size == 7 * len(BIG)
    assert files == {}
