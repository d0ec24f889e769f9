"""The content type that the name of a key tells, the same on every machine: the system's own tables are left out."""

from __future__ import annotations

from functools import lru_cache
from mimetypes import MimeTypes

UNKNOWN = "application/octet-stream"

# What Python's table lacks; names registered at IANA (https://www.iana.org/assignments/media-types) where there is one.
_MORE = {
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.file",
    ".feather": "application/vnd.apache.arrow.file",
    ".ipynb": "application/x-ipynb+json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
_PACKED = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "br": "application/x-br",
}


def content_type_of(key: str) -> str:
    """Return the content type that the end of *key* tells, `UNKNOWN` when it tells none."""
    # Only the file's name: a key like data:text/html,… is no URL here.
    name = "x" + key.rpartition("/")[2].replace(":", "_")
    kind, packed = _table().guess_type(name)
    return _PACKED.get(packed, UNKNOWN) if packed else kind or UNKNOWN


@lru_cache(maxsize=1)
def _table() -> MimeTypes:
    table = MimeTypes()
    for end, kind in _MORE.items():
        table.add_type(kind, end)
    return table
