from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from cellift.storage.s3.store import S3Store
from storage.fault_proxy import FaultProxy
from storage.rclone import Rclone, start


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = start(tmp_path_factory.mktemp("rclone"))
    yield server
    server.stop()


@dataclass
class Setting:
    """A store behind a proxy, the same server without it, a bucket, and the pauses that were asked for (not made)."""

    store: S3Store
    direct: S3Store
    proxy: FaultProxy
    bucket: str
    pauses: list[float] = field(default_factory=list)


@pytest.fixture
def setting(rclone: Rclone) -> Iterator[Setting]:
    proxy = FaultProxy(rclone.url)
    pauses: list[float] = []
    endpoint = replace(rclone.endpoint(), name="behind", url=proxy.url, tries=3)
    store = S3Store(endpoint, rclone.keys, pause=pauses.append)
    direct = rclone.store()
    bucket = f"test-{uuid.uuid4()}"
    direct.make_bucket(bucket)
    yield Setting(store, direct, proxy, bucket, pauses)
    proxy.close()
