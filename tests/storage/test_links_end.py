"""A link that nobody gave a time works for a quarter of an hour, whoever makes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cellift
from cellift.cli.__main__ import main
from storage.kit import put
from storage.rclone import Rclone
from storage.words import connected


def test_a_link_ends_after_fifteen_minutes(
    rclone: Rclone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = connected(rclone, tmp_path, monkeypatch)
    put(rclone.store(), bucket, "n", b"x")
    links = []
    for words in (["share", "download"], ["share", "upload"]):
        assert main(["data", *words, f"minio-env/{bucket}/n", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        links.append((told[0] if isinstance(told, list) else told)["url"])
    one = cellift.data(f"minio-env/{bucket}/n")
    links += [one.share(), one.share(upload=True)]
    assert len(links) == 4 and all("X-Amz-Expires=900&" in link for link in links), links
