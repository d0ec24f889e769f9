"""The stores that the suite is run against, and how each differs from S3.

A store is added as a function of `OPENERS`. What a store does otherwise than S3 is declared in its `Subject`, by the
names of `DIFFERENCES`; a test fails when a store differs without a declaration, and when it no longer differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cellift.storage.api import PIECE, Store
from cellift.storage.local.tree import LocalTree
from cellift.storage.s3.store import S3Store
from storage.servers import FOLDER, unfinished_on_minio

DIFFERENCES = {
    "bucket-dots": "no dots in the names of buckets",
    "below-an-object": "what is asked of a key below an object (`a/b` where `a` is one) fails: InternalError",
    "above-objects": "what is asked of a key that is a folder fails: InternalError, and hides what is in it",
    "removes-above": "removing `a/b`, which is not there, removes the object `a` above it",
    "mixture": "who reads a key beside writers of it may get bytes of both, or too few",
    "marker-without-slash": "the marker `folder/` is kept as an object `folder` without it",
    "clash": "an object `a` and objects below `a/` cannot both be there: the second is refused",
    "marker-with-objects": "the marker `folder/` is no longer listed once the folder holds an object",
    "marker-stays": "removing the marker `folder/` while the folder holds objects fails",
    "more-than-there-is": "a page may say that there is more when it was the last one",
    "parts-stay": "a part of an upload cannot be sent again with other bytes",
    "emptied-folder": "a folder of a bucket with versions is still listed when all in it was removed",
    "folders-race": "a write may be refused while the last other object of its folder is removed",
    "marker-falls": "the marker `folder/` goes with the last object in the folder",
}


@dataclass(frozen=True)
class Subject:
    """A store under test. ``refused``: the names (`hostile.KEYS`) of keys that it cannot have.

    ``failing``: those that it cannot have and answers with InternalError. ``garbled``: those that it lists with other
    characters.
    ``held``: bytes below which the memory stays that a transfer takes.
    ``leftovers`` lists what writes of a bucket have left that is no object: temporary files, multipart uploads.
    """

    name: str
    store: Store
    differences: frozenset[str]
    refused: frozenset[str]
    leftovers: Callable[[str], list[str]] = field(repr=False)
    held: int = 6 * PIECE
    failing: frozenset[str] = frozenset()
    garbled: frozenset[str] = frozenset()


def local_tree(request: pytest.FixtureRequest) -> Subject:
    root = request.getfixturevalue("tmp_path") / "data"

    def leftovers(_: str) -> list[str]:
        staging = root / ".staging"
        return [file.name for file in staging.iterdir()] if staging.exists() else []

    return Subject(
        "local",
        LocalTree(root),
        frozenset({"clash", "marker-with-objects", "marker-falls"}),
        frozenset(
            {
                "parent", "parent inside", "dot", "dot inside", "leading slash", "two slashes", "only slash",
                "backslash",
                "newline", "carriage return and tab", "terminal escape", "eighth-bit control", "delete", "NUL",
                "surrogate", "long segment",
            }
        ),
        leftovers,
    )  # fmt: skip


_NO_S3_KEYS = frozenset(
    {"parent", "parent inside", "dot", "dot inside", "only slash", "leading slash", "two slashes", "NUL", "surrogate"}
)
"""What is refused before any server but Amazon's is asked."""


def s3_rclone(request: pytest.FixtureRequest) -> Subject:
    server = request.getfixturevalue("rclone")
    store = S3Store(server.endpoint(), server.keys, pause=lambda _: None)
    return Subject(
        "s3-rclone",
        store,
        frozenset(
            {
                "bucket-dots", "below-an-object", "above-objects", "removes-above", "mixture", "marker-without-slash",
                "parts-stay",
            }
        ),
        _NO_S3_KEYS,
        store.uploads,
        held=48 * PIECE,
        failing=frozenset({"long segment"}),
    )  # fmt: skip


def s3_minio(request: pytest.FixtureRequest) -> Subject:
    server = request.getfixturevalue("minio")
    store = S3Store(server.endpoint(), server.keys, pause=lambda _: None)
    return Subject(
        "s3-minio",
        store,
        frozenset({"emptied-folder", "more-than-there-is"}),
        _NO_S3_KEYS | {"backslash", "long segment"},
        lambda _: unfinished_on_minio(server),
        held=48 * PIECE,
    )  # fmt: skip


def s3_versitygw(request: pytest.FixtureRequest) -> Subject:
    server = request.getfixturevalue("versitygw")
    store = S3Store(server.endpoint(), server.keys, pause=lambda _: None)
    return Subject(
        "s3-versitygw",
        store,
        frozenset({"clash", "emptied-folder", "folders-race", "marker-stays", "more-than-there-is"}),
        _NO_S3_KEYS | {"long segment"},
        store.uploads,
        held=48 * PIECE,
        garbled=frozenset({"terminal escape"}),
    )  # fmt: skip


OPENERS: dict[str, Callable[[pytest.FixtureRequest], Subject]] = {
    "local": local_tree,
    "s3-rclone": s3_rclone,
    "s3-minio": s3_minio,
    "s3-versitygw": s3_versitygw,
}
UNBUILT = ["local", "s3-rclone"]
"""Those that need no server built for them: `make test` has these alone, `make test-storage` all."""
SUBJECTS = sorted(OPENERS) if FOLDER else UNBUILT
SERVED = [name for name in SUBJECTS if name != "local"]
"""Those with a server: the fixture ``server`` is it."""
