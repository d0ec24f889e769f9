"""A real S3 server over a folder: ``rclone serve s3`` on loopback, with keys that only this test run knows."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from cellift.storage.endpoint.serving import find_rclone
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import Keys, keys

_STARTS_WITHIN_SECONDS = 20.0


@dataclass(frozen=True)
class Rclone:
    """A server that runs. Its buckets are the folders in ``root``."""

    url: str
    keys: Keys
    root: Path
    process: subprocess.Popen[bytes]

    def endpoint(self) -> Endpoint:
        return Endpoint("rclone", self.url)

    def store(self) -> S3Store:
        return S3Store(self.endpoint(), self.keys)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start(folder: Path, *options: str, secret: str = "") -> Rclone:
    """Start a server in *folder*. The keys go by the environment: a command line is seen by every user."""
    root = folder / "root"
    root.mkdir(parents=True)
    log, config = folder / "log", folder / "rclone.conf"
    config.touch()  # an empty one: else the user's own is read
    pair = keys(f"test-{secrets.token_hex(8)}", secret or secrets.token_urlsafe(24))
    command = [
        find_rclone(), "serve", "s3", str(root), "--addr", "127.0.0.1:0", "--config", str(config),
        "--dir-cache-time", "1s", *options,
    ]  # fmt: skip
    environment = {**os.environ, "RCLONE_AUTH_KEY": f'"{pair.key_id.reveal()},{pair.secret.reveal()}"'}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    end = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not (found := re.search(r"https?://127\.0\.0\.1:\d+", log.read_text())):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            process.wait()
            raise RuntimeError(f"rclone did not start: {log.read_text()}")
        time.sleep(0.02)
    return Rclone(found[0], pair, root, process)
