"""``cp --attr "key1=value1;key2=value2"``: metadata for the objects that are made, as ``mc`` reads it."""

from __future__ import annotations

from cellift.api.mc.errors import UsageError
from cellift.storage.transfer import Attributes

_FORM = '--attr takes "name=value;name=value"'
# Headers of the object itself, of which none but its type is kept here; as user metadata, nobody would obey them.
_HEADERS = frozenset({"cache-control", "content-disposition", "content-encoding", "content-language", "expires"})


def read_attributes(text: str) -> Attributes:
    """Return the content type and metadata that *text* names. Raises UsageError."""
    metadata: dict[str, str] = {}
    content_type = ""
    for pair in text.split(";"):
        name, separator, value = pair.partition("=")
        name = name.strip().lower().removeprefix("x-amz-meta-")
        if not separator or not name:
            raise UsageError(f"{_FORM}, and {pair!r} is no such pair")
        if name in _HEADERS or name.startswith("x-amz-"):
            raise UsageError(f"--attr {name}: this header is not set here; Content-Type and metadata of your own are")
        if name == "content-type":
            content_type = value.strip()
        elif name in metadata:
            raise UsageError(f"--attr names {name} twice; names are the same in small and capital letters")
        else:
            metadata[name] = value.strip()
    return Attributes(content_type, metadata)
