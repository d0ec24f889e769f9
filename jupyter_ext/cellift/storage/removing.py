"""Removing many objects, in the largest groups that a store takes at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from cellift.storage.api import MOST_KEYS, Store


def remove_in_groups(store: Store, bucket: str, keys: Iterable[str]) -> Iterator[tuple[list[str], Mapping[str, str]]]:
    """Remove objects; give for each group the keys that are gone, and those that are not with the reason.

    A group is asked for when the one before has been taken: who stops taking stops the removal.
    """
    rest = iter(keys)
    while group := list(itertools.islice(rest, MOST_KEYS)):
        failed = store.remove_many(bucket, group)
        yield [key for key in group if key not in failed], failed
