"""The S3 servers that ``make test-storage`` builds: MinIO and the Versity gateway, on loopback, with keys of this run.

``CELLIFT_TEST_SERVERS`` names the folder of their programs; without it, the suite has the stores that need no build.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from cellift.storage.errors import StorageError
from cellift.storage.s3.body import Body
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import Keys, keys

FOLDER = os.environ.get("CELLIFT_TEST_SERVERS", "")
DOMAIN = "minio.test"
"""MinIO takes what stands before it in the name of a host for a bucket."""
_STARTS_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    name: str
    url: str
    keys: Keys
    process: subprocess.Popen[bytes]
    folder: Path
    """Where it keeps everything."""

    def endpoint(self, **changes: object) -> Endpoint:
        return replace(Endpoint(self.name, self.url), **changes)  # type: ignore[arg-type]

    def store(self, pair: Keys | None = None) -> S3Store:
        return S3Store(self.endpoint(), pair or self.keys, pause=lambda _: None)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def start_minio(folder: Path) -> Server:
    """MinIO over one drive; its console stays off."""
    pair, port = _keys(), _free_port()
    environment = {
        "MINIO_ROOT_USER": pair.key_id.reveal(),
        "MINIO_ROOT_PASSWORD": pair.secret.reveal(),
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "MINIO_CALLHOME_ENABLE": "off",
        "MINIO_DOMAIN": DOMAIN,
        "MINIO_CI_CD": "1",  # a drive beside the system's own is good enough for tests
        "HOME": str(folder),
    }
    command = ["minio", "server", str(folder / "drive"), "--address", f"127.0.0.1:{port}", "--json"]
    return _started("minio", folder, command, environment, pair, port)


def start_versitygw(folder: Path) -> Server:
    """The Versity gateway over a folder, with versions."""
    pair, port = _keys(), _free_port()
    for name in ("root", "versions"):
        (folder / name).mkdir()
    environment = {
        "ROOT_ACCESS_KEY": pair.key_id.reveal(),
        "ROOT_SECRET_KEY": pair.secret.reveal(),
        "HOME": str(folder),
    }
    command = ["versitygw", "--port", f"127.0.0.1:{port}", "--quiet", "posix"]
    command += ["--versioning-dir", str(folder / "versions"), str(folder / "root")]
    return _started("versitygw", folder, command, environment, pair, port)


def keep_versions(server: Server, bucket: str) -> None:
    """Switch versions on for a bucket."""
    xml = '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status>'
    body = Body([f"{xml}</VersioningConfiguration>".encode()])
    server.store()._transport.ask("PUT", bucket, query={"versioning": ""}, body=body)


def unfinished_on_minio(server: Server) -> list[str]:
    """Uploads of parts on MinIO's drive, of any bucket: itself, it tells them only to who asks for the very key."""
    return [one.name for one in (server.folder / "drive/.minio.sys/multipart").glob("*/*")]


def _started(name: str, folder: Path, command: list[str], environment: dict[str, str], pair: Keys, port: int) -> Server:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(Path(FOLDER) / command[0]), *command[1:]],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=output,
            stderr=output,
        )
    server = Server(name, f"http://127.0.0.1:{port}", pair, process, folder)
    end = time.monotonic() + _STARTS_WITHIN_SECONDS
    while True:
        try:
            server.store().buckets()
        except StorageError as error:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                process.wait()
                raise RuntimeError(f"{name} did not start: {error}\n{log.read_text()[-4000:]}") from None
            time.sleep(0.05)
        else:
            return server


def _keys() -> Keys:
    return keys(f"test{secrets.token_hex(8)}", secrets.token_urlsafe(24))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
