from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from storage.rclone import Rclone, start
from storage.servers import FOLDER, Server, start_minio, start_versitygw
from storage.subjects import OPENERS, SUBJECTS, Subject

# They need a server that `make test-storage` builds.
collect_ignore = (
    []
    if FOLDER
    else [
        "test_browser_over_minio.py",
        "test_emptied_versioned_folders.py",
        "test_minio.py",
        "test_words_at_minio.py",
    ]
)


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = start(tmp_path_factory.mktemp("rclone"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_minio(tmp_path_factory.mktemp("minio"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def versitygw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_versitygw(tmp_path_factory.mktemp("versitygw"))
    yield server
    server.stop()


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    return OPENERS[request.param](request)


@pytest.fixture
def server(subject: Subject, request: pytest.FixtureRequest) -> Rclone | Server:
    """The server of the store; for subjects of `SERVED` alone."""
    found: Rclone | Server = request.getfixturevalue(subject.name.removeprefix("s3-"))
    return found


@pytest.fixture
def bucket(subject: Subject) -> str:
    name = f"test-{uuid.uuid4()}"
    subject.store.make_bucket(name)
    return name
