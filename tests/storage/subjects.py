"""The stores that the suite is run against, and how each differs from S3.

A store is added as a function of `OPENERS`. What a store does otherwise than S3 is declared in its `Subject`, by the
names of `DIFFERENCES`; a test fails when a store differs without a declaration, and when it no longer differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cellift.storage.api import Store
from cellift.storage.local.tree import LocalTree

DIFFERENCES = {
    "clash": "an object `a` and objects below `a/` cannot both be there: the second is refused",
    "marker-with-objects": "the marker `folder/` is no longer listed once the folder holds an object",
    "marker-falls": "the marker `folder/` goes with the last object in the folder",
}


@dataclass(frozen=True)
class Subject:
    """A store under test. ``refused``: the names (`hostile.KEYS`) of keys that it cannot have.

    ``leftovers`` lists what writes of a bucket have left that is no object: temporary files, multipart uploads.
    """

    name: str
    store: Store
    differences: frozenset[str]
    refused: frozenset[str]
    leftovers: Callable[[str], list[str]] = field(repr=False)


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


OPENERS: dict[str, Callable[[pytest.FixtureRequest], Subject]] = {"local": local_tree}
