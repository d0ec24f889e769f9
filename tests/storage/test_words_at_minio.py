"""Words of ``cellift data`` that only a server with metadata and versions can follow; against MinIO."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.kit import get, keys
from storage.servers import Server
from storage.words import connected, data

Capture = pytest.CaptureFixture[str]


def test_attributes_become_metadata(
    minio: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    bucket = connected(minio, tmp_path, monkeypatch)
    store, at = minio.store(), f"minio-env/{bucket}"
    (tmp_path / "song.mp4").write_bytes(b"la")
    data("cp", "--attr", "Artist=Nobody;Content-Type=video/mp4;x=a=b", "./song.mp4", at)
    found = store.stat(bucket, "song.mp4")
    assert (dict(found.metadata), found.content_type) == ({"artist": "Nobody", "x": "a=b"}, "video/mp4")
    # Also onto itself: what has the same name is replaced, the rest stays.
    data("cp", "--attr", "x=new", f"{at}/song.mp4", f"{at}/song.mp4")
    found = store.stat(bucket, "song.mp4")
    assert (dict(found.metadata), found.content_type) == ({"artist": "Nobody", "x": "new"}, "video/mp4")
    assert get(store, bucket, "song.mp4") == b"la"
    data("mv", "--attr", "x=moved", f"{at}/song.mp4", f"{at}/other.mp4")
    assert dict(store.stat(bucket, "other.mp4").metadata) == {"artist": "Nobody", "x": "moved"}
    assert keys(store, bucket) == ["other.mp4"]
    data("cp", "--attr", "x=1", f"{at}/other.mp4", "./down.mp4", code=2)
    assert "a file has no such metadata" in capsys.readouterr().err
