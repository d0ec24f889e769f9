"""What ``cellift data`` tells and refuses where there are etags, and two names of one server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cellift.storage.s3.store import S3Store
from storage.kit import get, keys, put
from storage.rclone import Rclone
from storage.words import connected, data

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def bucket(rclone: Rclone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return connected(rclone, tmp_path, monkeypatch)


@pytest.fixture
def store(rclone: Rclone) -> S3Store:
    return rclone.store()


def test_objects_of_one_size_are_told_apart_by_their_etags(bucket: str, store: S3Store, capsys: Capture) -> None:
    put(store, bucket, "from/same", b"1111")
    put(store, bucket, "from/other", b"2222")
    put(store, bucket, "to/same", b"1111")
    put(store, bucket, "to/other", b"3333")  # written later: by its time it would be taken for a copy
    at = f"minio-env/{bucket}"
    data("diff", f"{at}/from", f"{at}/to")
    assert capsys.readouterr().out == "! other\n"
    data("mirror", f"{at}/from", f"{at}/to", code=1)
    assert "other differs, and stays" in capsys.readouterr().err
    data("mirror", "--overwrite", "--dry-run", f"{at}/from", f"{at}/to")
    assert capsys.readouterr().out == "would copy other\n"
    data("mirror", "--overwrite", f"{at}/from", f"{at}/to")
    assert get(store, bucket, "to/other") == b"2222"


def test_what_was_only_touched_is_not_copied_again(bucket: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "in").mkdir()
    for name in ("touched", "changed"):
        (tmp_path / "in" / name).write_text("1111")
    at = f"minio-env/{bucket}/m"
    data("mirror", "./in", at)
    (tmp_path / "in/changed").write_text("2222")
    for name in ("touched", "changed"):
        os.utime(tmp_path / "in" / name, (4_000_000_000, 4_000_000_000))
    capsys.readouterr()
    data("mirror", "--overwrite", "--dry-run", "./in", at)
    assert capsys.readouterr().out == "would copy changed\n"


def test_one_server_by_two_names_is_one_place(bucket: str, store: S3Store, capsys: Capture) -> None:
    put(store, bucket, "d/x", b"1")
    one, other = f"minio-env/{bucket}", f"aws-env/{bucket}"
    for words in (
        ["cp", "-r", f"{one}/d", f"{other}/d/e"],
        ["mirror", f"{one}/d", f"{other}/d/e"],
        ["mirror", f"{one}/d", f"{other}/d"],
        ["mirror", "--remove", "--force", f"{one}/d", other],
    ):
        data(*words, code=1)
        assert "lies in" in capsys.readouterr().err, words
    data("mv", f"{one}/d/x", f"{other}/d/x", code=1)
    assert "onto itself" in capsys.readouterr().err
    assert keys(store, bucket) == ["d/x"]
