from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from storage.rclone import Rclone, start
from storage.subjects import OPENERS, Subject


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = start(tmp_path_factory.mktemp("rclone"))
    yield server
    server.stop()


@pytest.fixture(params=sorted(OPENERS))
def subject(request: pytest.FixtureRequest) -> Subject:
    return OPENERS[request.param](request)


@pytest.fixture
def bucket(subject: Subject) -> str:
    name = f"test-{uuid.uuid4()}"
    subject.store.make_bucket(name)
    return name
