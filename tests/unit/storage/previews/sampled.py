"""An object in a store that counts what is asked of it, and its preview."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from cellift.storage.local.tree import LocalTree
from cellift.storage.place import Place
from cellift.storage.previews.api import Preview
from cellift.storage.previews.choosing import preview_of


class Counting(LocalTree):
    """A local tree that counts the bytes that were asked for."""

    given = 0

    @classmethod
    def at(cls, folder: Path) -> Counting:
        made = cls(folder / "data")
        made.make_bucket("wine")
        return made

    def read(self, *args: Any, **options: Any) -> Any:
        for piece in super().read(*args, **options):
            self.given += len(piece)
            yield piece


def shown(store: Counting, key: str, content: bytes) -> Preview:
    store.write("wine", key, io.BytesIO(content), size=len(content))
    return preview_of(Place(store, "local", "wine", key), store.stat("wine", key))
