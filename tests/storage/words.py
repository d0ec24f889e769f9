"""``cellift data`` at a server, as a user calls it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from cellift.cli.__main__ import main
from storage.rclone import Rclone
from storage.servers import Server


def connected(server: Rclone | Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have `minio-env` and `aws-env` lead to the server, and return the name of a bucket on it."""
    for name in ("CELLIFT_HOME", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for prefix, names in (
        ("MINIO", ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY")),
        ("AWS", ("ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")),
    ):
        values = (server.url, server.keys.key_id.reveal(), server.keys.secret.reveal())
        for name, value in zip(names, values, strict=True):
            monkeypatch.setenv(f"{prefix}_{name}", value)
    monkeypatch.setenv("MINIO_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.chdir(tmp_path)
    bucket = f"test-{uuid.uuid4()}"
    server.store().make_bucket(bucket)
    return bucket


def data(*words: str, code: int = 0) -> None:
    """Call ``cellift data``."""
    assert main(["data", *words]) == code
