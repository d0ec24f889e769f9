"""TLS as a company's own MinIO has it: a certificate that only a file of ours vouches for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellift.storage.errors import UnreachableError
from cellift.storage.s3.store import S3Store
from storage.kit import get, put
from storage.rclone import Rclone, start


def certificate(folder: Path, days: int, name: str) -> tuple[Path, Path]:
    """A key and a certificate that vouches for itself, by the program openssl."""
    key, found = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(found),
         "-days", str(days), "-subj", "/CN=test", "-addext", f"subjectAltName={name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, found


def serve(folder: Path, name: str) -> Iterator[tuple[Rclone, Path]]:
    key, found = certificate(folder, 30, name)
    server = start(folder / "server", "--cert", str(found), "--key", str(key))
    yield server, found
    server.stop()


@pytest.fixture
def trusted(tmp_path: Path) -> Iterator[tuple[Rclone, Path]]:
    yield from serve(tmp_path, "IP:127.0.0.1")


@pytest.fixture
def misnamed(tmp_path: Path) -> Iterator[tuple[Rclone, Path]]:
    yield from serve(tmp_path, "DNS:minio.example")


def test_a_certificate_of_ones_own_is_trusted_by_its_file_alone(trusted: tuple[Rclone, Path]) -> None:
    server, ca = trusted
    assert server.url.startswith("https:")
    with pytest.raises(UnreachableError, match=r"signed by nobody that this machine trusts\. Set `ca`"):
        server.store().buckets()
    store = S3Store(replace(server.endpoint(), ca=str(ca)), server.keys)
    store.make_bucket("bucket")
    put(store, "bucket", "a", b"through TLS")
    assert get(store, "bucket", "a") == b"through TLS"


def test_a_certificate_for_another_name_is_told(misnamed: tuple[Rclone, Path]) -> None:
    server, ca = misnamed
    with pytest.raises(UnreachableError, match="is for another name"):
        S3Store(replace(server.endpoint(), ca=str(ca)), server.keys).buckets()


def test_http_to_a_server_that_speaks_tls_is_told(trusted: tuple[Rclone, Path]) -> None:
    server, _ = trusted
    endpoint = replace(server.endpoint(), url=server.url.replace("https:", "http:"))
    for pair in (server.keys, None):
        with pytest.raises(UnreachableError, match=r"speaks TLS: write https:// in the `url`"):
            S3Store(endpoint, pair).buckets()
