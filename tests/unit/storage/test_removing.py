"""Many objects are removed in groups that a store takes, and no further than somebody takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from cellift.storage.api import MOST_KEYS, Store
from cellift.storage.removing import remove_in_groups


class Counting:
    """A store that keeps what it was asked to remove, and cannot remove `stays`."""

    def __init__(self) -> None:
        self.groups: list[Sequence[str]] = []

    def remove_many(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        self.groups.append(keys)
        return {"stays": "it is locked"} if "stays" in keys else {}


def removed(store: Counting, keys: Any) -> Any:
    return remove_in_groups(cast(Store, store), "b", keys)


def test_each_group_is_as_large_as_a_store_takes() -> None:
    store = Counting()
    keys = [str(number) for number in range(2 * MOST_KEYS + 5)]
    assert [key for gone, _ in removed(store, iter(keys)) for key in gone] == keys
    assert [len(group) for group in store.groups] == [MOST_KEYS, MOST_KEYS, 5]


def test_what_stays_is_told_with_the_reason_and_not_as_gone() -> None:
    assert list(removed(Counting(), ["a", "stays", "b"])) == [(["a", "b"], {"stays": "it is locked"})]
    assert list(removed(Counting(), [])) == []


def test_who_stops_taking_stops_the_removal() -> None:
    store = Counting()
    next(removed(store, (str(number) for number in range(3 * MOST_KEYS))))
    assert len(store.groups) == 1
