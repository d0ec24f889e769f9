from __future__ import annotations

import uuid

import pytest

from storage.subjects import OPENERS, Subject


@pytest.fixture(params=sorted(OPENERS))
def subject(request: pytest.FixtureRequest) -> Subject:
    return OPENERS[request.param](request)


@pytest.fixture
def bucket(subject: Subject) -> str:
    name = f"test-{uuid.uuid4()}"
    subject.store.make_bucket(name)
    return name
