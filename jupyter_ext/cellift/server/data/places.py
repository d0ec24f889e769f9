"""Places as the browser names them: objects and folders of connections, and files of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cellift.server.errors import ApiError
from cellift.server.fields import Fields

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.server.paths import ContentsPaths
    from cellift.storage.targets import Target
    from cellift.storage.transfers.request import Request, Source

MOST_SOURCES = 1000
_STORE_FIELDS = frozenset({"connection", "bucket", "key"})


def request_of(fields: Fields, kind: str, paths: ContentsPaths) -> Request:
    """``sources`` and ``to`` of a copy, move, import or export. Raises :class:`ApiError` 400 for anything else."""
    from cellift.storage.transfers.request import Request

    found: list[Source] = [_file(one, paths) if kind == "import" else target_of(one) for one in source_list(fields)]
    to = fields.mapping("to")
    return Request(found, _file(to, paths, root=True) if kind == "export" else target_of(to))


def targets_of(fields: Fields) -> list[Target]:
    """``sources`` that are objects and folders of connections."""
    return [target_of(one) for one in source_list(fields)]


def source_list(fields: Fields) -> list[Any]:
    """``sources``, which must be there."""
    found = fields.items("sources")
    if not 1 <= len(found) <= MOST_SOURCES:
        raise ApiError(400, f"`sources` must have from 1 to {MOST_SOURCES} entries.")
    return found


def target_of(value: Any) -> Target:
    """A place in a connection; it has a bucket."""
    from cellift.storage.targets import Target

    fields = Fields.of_body(value, _STORE_FIELDS)
    return Target(fields.text("connection"), fields.text("bucket"), fields.optional_text("key") or "")


def _file(value: Any, paths: ContentsPaths, *, root: bool = False) -> Path:
    """A file or folder of this server, by the rules of its contents manager."""
    fields = Fields.of_body(value, frozenset({"path"}))
    path = fields.optional_text("path") or ""
    if root and not path.strip("/"):
        return paths.root()
    return paths.file(path)
