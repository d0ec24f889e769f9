"""Words of ``cellift data`` that only a server with metadata and versions can follow; against MinIO."""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cellift.storage import links_made
from storage.kit import get, keys, put
from storage.servers import Server, keep_versions
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


@pytest.fixture
def bucket(minio: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = connected(minio, tmp_path, monkeypatch)
    keep_versions(minio, name)
    return name


def listed(capsys: Capture, *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    data(*words, "--json")
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_all_versions_are_listed_and_each_can_be_had(minio: Server, bucket: str, capfd: Capture) -> None:
    store, at = minio.store(), f"minio-env/{bucket}"
    for key, content in (("n", b"first"), ("n", b"second"), ("f/gone", b"1"), ("f/there", b"2")):
        put(store, bucket, key, content)
    store.remove(bucket, "f/gone")
    store.remove(bucket, "n")
    folder, marker, newest, oldest = listed(capfd, "ls", "--versions", at)
    assert (folder["key"], folder["type"]) == ("f/", "folder")
    assert [one["key"] for one in (marker, newest, oldest)] == ["n"] * 3
    assert [one["isDeleteMarker"] for one in (marker, newest, oldest)] == [True, False, False]
    assert [one["isLatest"] for one in (marker, newest, oldest)] == [True, False, False]
    names = [one["key"] for one in listed(capfd, "ls", "--versions", "-r", at)]
    assert names == ["f/gone", "f/gone", "f/there", "n", "n", "n"]
    data("rm", f"{at}/f/there")
    # Nothing is left of the folder but versions.
    assert [one["key"] for one in listed(capfd, "ls", "--versions", f"{at}/f")] == ["gone", "gone", "there", "there"]
    data("ls", "--versions", f"{at}/n")
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[-2:] for line in lines] == [["DEL", "n"], ["PUT", "n"], ["PUT", "n"]]
    data("ls", "--versions", f"{at}/nothing", code=1)
    data("cat", "--version-id", oldest["versionId"], f"{at}/n")
    assert capfd.readouterr().out == "first"
    assert listed(capfd, "stat", "--version-id", newest["versionId"], f"{at}/n")[0]["size"] == 6
    data("rm", "--version-id", marker["versionId"], f"{at}/n")
    assert get(store, bucket, "n") == b"second"
    data("rm", "--recursive", "--version-id", "x", at, code=2)
    data("ls", "--versions", "--summarize", at, code=2)


def test_versions_are_removed_for_good(minio: Server, bucket: str, capsys: Capture) -> None:
    store, at = minio.store(), f"minio-env/{bucket}"
    for key in ("n", "n", "nn", "f/a", "f/b"):
        put(store, bucket, key, b"12")
    store.remove(bucket, "f/a")

    def left() -> list[str]:
        return [one["key"] for one in listed(capsys, "ls", "-r", "--versions", at)]

    data("rm", "--versions", f"{at}/n", code=2)  # nobody to ask
    assert "2 versions (4 B)" in capsys.readouterr().err
    assert len(listed(capsys, "rm", "--versions", "--dry-run", f"{at}/n")) == 2 and len(left()) == 6
    data("rm", "--versions", "--force", f"{at}/n")
    assert left() == ["f/a", "f/a", "f/b", "nn"]
    data("rm", "--versions", "--force", f"{at}/f", code=1)  # a folder is not meant without --recursive
    data("rm", "-r", "--versions", "--force", "--older-than", "1h", f"{at}/f")
    assert len(left()) == 4
    data("rm", "-r", "--versions", "--force", f"{at}/f")
    assert left() == ["nn"]
    data("rm", "-r", "--force", at)
    data("rb", at, code=1)
    data("rb", "--force", at)
    assert bucket not in [one.name for one in store.buckets()]


def test_more_versions_than_a_page_are_listed_to_the_end(minio: Server, bucket: str, capsys: Capture) -> None:
    store = minio.store()
    for number in range(12):
        put(store, bucket, f"n{number % 3}", b"x")
    whole = [(one["key"], one["versionId"]) for one in listed(capsys, "ls", "--versions", f"minio-env/{bucket}")]
    listing_page = "cellift.storage.s3.listing.MOST_KEYS"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing_page, 5)
        pages = [(one["key"], one["versionId"]) for one in listed(capsys, "ls", "--versions", f"minio-env/{bucket}")]
    assert len(whole) == 12 and pages == whole


def test_links_that_were_made_are_listed_until_they_end(
    minio: Server, bucket: str, tmp_path: Path, capsys: Capture
) -> None:
    at = f"minio-env/{bucket}"
    put(minio.store(), bucket, "n", b"shared")
    data("share", "list", "download")
    assert "no links for download" in capsys.readouterr().err
    data("share", "download", "--expire", "4h", f"{at}/n")
    data("share", "upload", f"{at}/up")
    made = capsys.readouterr().out
    (down,) = listed(capsys, "share", "list", "download")
    (up,) = listed(capsys, "share", "ls", "upload")
    assert (down["name"], up["name"]) == (f"{at}/n", f"{at}/up")
    assert down["expires"] in made and up["expires"] in made
    with urllib.request.urlopen(down["url"]) as answer:
        assert answer.read() == b"shared"
    # The links are secrets, and are nowhere on the disk; what is there is for its owner alone.
    (file,) = (tmp_path / "cellift_home").glob("links*")
    assert "Signature" not in file.read_text() and file.stat().st_mode & 0o077 == 0
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(links_made, "datetime", Mock(wraps=datetime, now=lambda _: later))
        assert [one["name"] for one in listed(capsys, "share", "list", "download")] == [f"{at}/n"]
        assert listed(capsys, "share", "list", "upload") == []
        # The ended one is forgotten with the next that is made.
        data("share", "download", f"{at}/n")
    assert len(file.read_text().splitlines()) == 2
    file.write_text("nonsense\n[1]\n{}\n")
    assert listed(capsys, "share", "list", "download") == []
