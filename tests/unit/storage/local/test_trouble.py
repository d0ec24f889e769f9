from __future__ import annotations

import errno
import os

import pytest

from cellift.storage.errors import AccessError, FullError, NoSuchBucketError, StorageError
from cellift.storage.local.trouble import told


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.EACCES, AccessError, "owner and the mode"),
        (errno.EROFS, AccessError, "CELLIFT_HOME"),
        (errno.ENOSPC, FullError, "Remove objects"),
        (errno.EDQUOT, FullError, "Remove objects"),
        (errno.EFBIG, StorageError, "ulimit -f"),
        (errno.EMFILE, StorageError, "ulimit -n"),
        (errno.EXDEV, StorageError, "another file system"),
        (errno.ENOENT, NoSuchBucketError, "removed meanwhile"),
        (errno.EIO, StorageError, "EIO"),
    ],
)
def test_an_error_of_the_system_says_what_where_why_and_what_to_do(
    number: int, kind: type[StorageError], said: str
) -> None:
    with pytest.raises(kind) as caught, told("written", "bucket", "a\x1b[2J"):
        raise OSError(number, os.strerror(number))
    message = str(caught.value)
    assert message.startswith("'bucket/a\\x1b[2J' cannot be written: ") and said in message
    assert os.strerror(number) in message or number == errno.EXDEV or number == errno.ENOENT
