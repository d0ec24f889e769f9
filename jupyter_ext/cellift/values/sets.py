"""Sets in whose order another step must see them: the order comes from the places in the table, these from history."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

# Makes the hash of what stands for a removed member one that no member has.
_FAR = 1 << 60


def reads_back_alike(value: Any) -> bool:
    """Whether a set that is made from the members in their order has them in that order, with as much room."""
    return _alike(type(value)(list(value)), value) and _filled(value) == len(value) and not _next_to_go(value)


def _word(value: Any, place: int) -> Any:
    import ctypes

    return ctypes.c_ssize_t.from_address(id(value) + object.__basicsize__ + place * ctypes.sizeof(ctypes.c_ssize_t))


def _filled(value: Any) -> int:
    """Places that are taken, those of removed members too: a set grows when there are too many."""
    return int(_word(value, 0).value) if sys.implementation.name == "cpython" else len(value)


def _next_to_go(value: Any) -> int:
    """The place from which ``pop`` looks for a member: behind that of the last one that it took."""
    return int(_word(value, 5).value) if sys.implementation.name == "cpython" and type(value) is set else 0


def _alike(again: Any, value: Any) -> bool:
    return sys.getsizeof(again) == sys.getsizeof(value) and _places(again) == _places(value)


def _places(value: Any) -> Any:
    """The table: which member is where."""
    import ctypes

    if sys.implementation.name != "cpython":
        return list(map(id, value))
    return ctypes.string_at(_word(value, 3).value, (_word(value, 2).value + 1) * 2 * ctypes.sizeof(ctypes.c_ssize_t))


class OddSet:
    """Stands for a set in the stream, written as ``make_set`` takes it."""

    def __init__(self, value: Any) -> None:
        kind = type(value)
        found = _layout(value) or (list(value), 0, [])
        for members, how in ((found[0], "set"), (found[0], "list"), (found[0], "dict"), (list(value), "dict")):
            self._reduced = make_set, (kind, members, *found[1:], how, _next_to_go(value))
            if _alike(make_set(*self._reduced[1]), value):
                return

    def __reduce__(self) -> Any:
        return self._reduced


def _layout(value: Any) -> tuple[list[Any], int, list[int]] | None:
    """``(members in an order in which each finds its place, room, places of removed members)``."""
    import ctypes

    if sys.implementation.name != "cpython":
        return None
    word = ctypes.sizeof(ctypes.c_ssize_t)
    head = (ctypes.c_ssize_t * 4).from_address(id(value) + object.__basicsize__)
    fill, used, mask, table = head
    if used != len(value) or fill < used or mask & (mask + 1) or not 7 <= mask < 1 << 40:
        return None
    if mask > 7 and sys.getsizeof(value) != sys.getsizeof(type(value)()) + (mask + 1) * 2 * word:
        return None
    entries = (ctypes.c_ssize_t * (2 * (mask + 1))).from_address(table)
    keys, hashes = entries[::2], entries[1::2]
    members = {id(member): member for member in value}
    taken = [place for place, key in enumerate(keys) if key]
    removed = [place for place in taken if keys[place] not in members]
    if len(taken) != fill or len(removed) != fill - used:
        return None
    gone = set(removed)
    placed: set[int] = set()
    order: list[int] = []
    waiting: list[int] = []
    for place in taken:
        if place not in gone:
            home = hashes[place] & mask == place
            (order if home else waiting).append(place)
    placed.update(order, gone)
    while waiting:
        rest = [place for place in waiting if not placed.issuperset(_before(place, hashes[place], mask))]
        if len(rest) == len(waiting):
            return None
        now = set(rest)
        for place in waiting:
            if place not in now:
                order.append(place)
        placed.update(order)
        waiting = rest
    return [members[keys[place]] for place in order], mask + 1, removed


def _before(place: int, hashed: int, mask: int) -> list[int]:
    """The places that a member with that hash tries before ``place``, as CPython's ``set_add_entry`` does."""
    perturb, at = hashed & (1 << 64) - 1, hashed & mask
    found: list[int] = []
    while len(found) <= mask:
        for probe in range(at, at + 10 if at + 9 <= mask else at + 1):
            if probe == place:
                return found
            found.append(probe)
        perturb >>= 5
        at = (at * 5 + 1 + perturb) & mask
    return found


class _Pad:
    """Has the hash of something else, and stops the set that looks whether it is that while it is ``armed``."""

    armed = False

    def __init__(self, hashed: int) -> None:
        self._hash = hashed

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self.armed:
            raise LookupError
        return NotImplemented


def _forget(value: set[Any]) -> None:
    """The member that was removed from the empty set, the only one that it had, has never been in it."""
    import ctypes

    table = (ctypes.c_ssize_t * 2).from_address(_word(value, 3).value) if sys.implementation.name == "cpython" else ()
    if table and table[1] == -1 and _filled(value) == 1:
        table[0] = table[1] = _word(value, 0).value = 0


def make_set(
    kind: Any, members: list[Any], room: int, removed: list[int], how: str = "set", next_to_go: int = 0
) -> Any:
    """A set with that much room, each member where it finds its place, and removed members where they were."""
    made = _made(kind, members, room, removed, how)
    if next_to_go and sys.implementation.name == "cpython":
        _word(made, 5).value = next_to_go
    return made


def _made(kind: Any, members: list[Any], room: int, removed: list[int], how: str) -> Any:
    if how != "set" or not room:
        return kind(dict.fromkeys(members) if how == "dict" else members)
    gone = [_Pad(place + _FAR) for place in removed]
    first = gone[0] if gone else _Pad(_FAR)
    made: set[Any] = {first}
    if room > 8:
        # A dict makes room for all its keys before the first of them is looked at.
        pad = _Pad(hash(first))
        many: dict[Any, None] = {pad: None, **dict.fromkeys(range(room // 4))}
        pad.armed = True
        with contextlib.suppress(LookupError):
            made.update(many)
    if not gone:
        made.discard(first)
        _forget(made)
    for each in (*gone, *members):
        made.add(each)
    for each in gone:
        # All at once, they would be swept out.
        made.discard(each)
    return made if kind is set else kind(made)
