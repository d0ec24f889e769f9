"""Short ways to write, read and list, for tests."""

from __future__ import annotations

import io

import pytest

from cellift.storage.api import ObjectInfo, Store


def put(store: Store, bucket: str, key: str, content: bytes = b"x") -> ObjectInfo:
    return store.write(bucket, key, io.BytesIO(content), size=len(content))


def get(store: Store, bucket: str, key: str) -> bytes:
    return b"".join(store.read(bucket, key))


def keys(store: Store, bucket: str, prefix: str = "") -> list[str]:
    return [one.key for one in pages(store, bucket, prefix, 1000, recursive=True)[0]]


def pages(
    store: Store, bucket: str, prefix: str, limit: int, *, recursive: bool
) -> tuple[list[ObjectInfo], list[str], int]:
    """All objects and prefixes, each in the order in which pages bring them, and how many pages there were."""
    objects: list[ObjectInfo] = []
    prefixes: list[str] = []
    token, count = None, 0
    while True:
        page = store.page(bucket, prefix, token=token, limit=limit, recursive=recursive)
        count += 1
        assert len(page.objects) + len(page.prefixes) <= limit
        objects += page.objects
        prefixes += page.prefixes
        if page.next is None:
            return objects, prefixes, count
        token = page.next


def connect(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Have the connection ``minio-env`` lead to a server on this machine."""
    monkeypatch.setenv("MINIO_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MINIO_REGION", "us-east-1")
    monkeypatch.setenv("MINIO_ACCESS_KEY", "somebody")
    monkeypatch.setenv("MINIO_SECRET_KEY", "something")
