"""From the words of a command line to stores, buckets and keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cellift.api.mc.errors import UsageError
from cellift.storage.api import Store
from cellift.storage.connections.opening import connection_names, open_store
from cellift.storage.targets import LocalPath, Target, parse_target


def opener() -> Callable[[str], Store]:
    """Return a function that opens the store of a connection, each one once."""
    return lru_cache(maxsize=None)(open_store)


def parse(text: str) -> LocalPath | Target:
    """Return what a word of the command line means."""
    if not text:
        raise UsageError("a target is empty; write CONNECTION/bucket/key or a path")
    return parse_target(text, connection_names())


def in_store(text: str) -> Target:
    """Return the target in a store; UsageError for a path of this machine, which this command does not read."""
    target = parse(text)
    if isinstance(target, LocalPath):
        raise UsageError(
            f"{target} is a path of this machine; a target is CONNECTION/bucket/key. "
            f"Connections: {', '.join(connection_names())}"
        )
    return target


def in_bucket(text: str) -> Target:
    """Return the target with at least a bucket."""
    target = in_store(text)
    if not target.bucket:
        raise UsageError(f"{target} names no bucket; write {target.connection}/BUCKET")
    return target


def an_object(text: str) -> Target:
    """Return the target with a key."""
    target = in_bucket(text)
    if not target.key:
        raise UsageError(f"{target} is a bucket; write {target}/KEY")
    return target


def a_bucket(text: str) -> Target:
    """Return the target of a whole bucket."""
    target = in_bucket(text)
    if target.key:
        raise UsageError(f"{target} is more than a bucket; write {target.connection}/{target.bucket}")
    return target
