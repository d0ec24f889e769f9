"""All connections, each under one name.

In this order, the first of a name keeps it: the built-in ``local``; ``[storage.NAME]`` of cellift.toml; those that were
set in Cellift; environment variables; folders with secrets; aliases of ``mc``; AWS profiles. A later one is called
``NAME@SOURCE`` (``local@mc``), so that a name always means the same and nothing is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cellift.config.settings import load_settings
from cellift.config.storage import is_name
from cellift.storage.connections import from_aws, from_environment, from_folder, from_mc, from_settings
from cellift.storage.connections import kept as kept_ones
from cellift.storage.connections.model import Connection
from cellift.storage.connections.opening import built_in
from cellift.storage.errors import StorageError


def connections() -> dict[str, Connection]:
    """All connections by name, in order; nothing is asked of a server. One that cannot be opened says why."""
    found: dict[str, Connection] = {}
    for source, one in _all():
        name = re.sub(r"[^A-Za-z0-9_.@-]", "-", one.name)[:50]
        if not is_name(name):
            name = f"{source}-{name}"
        if name in found:
            name = f"{name}@{source}"
        number = 2
        while name in found:
            name, number = f"{name.rstrip('0123456789')}{number}", number + 1
        found[name] = replace(one, name=name)
    return found


def _all() -> Iterator[tuple[str, Connection]]:
    yield "local", built_in()
    tables = load_settings().storage
    try:
        kept = {one.name: one for one in kept_ones.kept()}
    except StorageError as error:
        kept = {}
        yield "cellift", Connection("kept", str(kept_ones.file()), unusable=str(error))
    for table in tables.values():
        yield "settings", from_settings.connection(table, kept)
    # One that has a table too only brings the keys.
    yield from (("cellift", one) for one in kept.values() if one.name not in tables)
    yield from (("env", one) for one in from_environment.connections())
    for one in from_folder.connections():
        reason = f'{one.found} has no file `url`. Name it in cellift.toml: [storage.NAME], url = …, keys = "folder:…".'
        yield "folder", one if one.url or one.unusable else replace(one, unusable=reason)
    yield from (("mc", one) for one in from_mc.connections())
    yield from (("aws", one) for one in from_aws.connections())
