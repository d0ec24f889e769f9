from __future__ import annotations

import hashlib
import os

import pytest

from cellift.storage.digest import PartsDigest
from cellift.storage.s3.multipart import etag_of_parts

PART = 1000


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 7])
@pytest.mark.parametrize("piece", [1, 7, 999, 1000, 2500])
def test_it_is_the_etag_however_the_bytes_come(size: int, piece: int) -> None:
    content = os.urandom(size)
    with PartsDigest(PART) as parts, PartsDigest(0) as plain:
        for start in range(0, size, piece):
            parts.update(content[start : start + piece])
            plain.update(content[start : start + piece])
        sums = [hashlib.md5(content[at : at + PART]).hexdigest() for at in range(0, max(size, 1), PART)]
        assert parts.hexdigest() == etag_of_parts(sums)
        assert plain.hexdigest() == hashlib.md5(content).hexdigest()
