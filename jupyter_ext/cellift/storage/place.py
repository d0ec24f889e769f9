"""Where one object is: a store, a bucket and a key, and how people write that down."""

from __future__ import annotations

from dataclasses import dataclass, field

from cellift.storage.api import Store
from cellift.storage.shown import shown


@dataclass(frozen=True)
class Place:
    """An object, or the place for one, in the store of a connection. As text: ``CONNECTION/bucket/key``."""

    store: Store = field(repr=False, compare=False)
    connection: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return shown(f"{self.connection}/{self.bucket}/{self.key}")
