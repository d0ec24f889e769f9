"""A connection: a name for a store, where it was found, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field

from cellift.storage.secret import Keys


@dataclass(frozen=True)
class Connection:
    """A connection. Its name is all that others need to know of it; ``keys`` never show themselves.

    ``kind``: ``local``, ``s3``, or the name of an entry point. ``found``: where, for people. ``unusable``: why it
    cannot be opened, and what to do; empty when it can. ``proxy``: None asks the environment, "" is none.
    """

    name: str
    found: str
    kind: str = "s3"
    url: str = ""
    region: str = ""
    path_style: bool | None = None
    ca: str = ""
    proxy: str | None = field(default=None, repr=False)
    read_only: bool = False
    anonymous: bool = False
    keys: Keys | None = None
    unusable: str = ""

    def to_dict(self) -> dict[str, object]:
        """What may be shown, to the browser too: no secret, and no address with what is secret in it."""
        from cellift.storage.s3.endpoint import masked_url

        return {
            "name": self.name,
            "kind": self.kind,
            "found": self.found,
            "url": masked_url(self.url) if self.url else "",
            "key_id": self.keys.masked if self.keys else "",
            "read_only": self.read_only,
            "anonymous": self.anonymous,
            "unusable": self.unusable,
        }
