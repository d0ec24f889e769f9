"""How much room a list has: ``sys.getsizeof`` tells, and it depends on how the list has grown."""

from __future__ import annotations

import sys
from typing import Any

_WORD = [None].__sizeof__() - [].__sizeof__()


def room_of(value: Any) -> int:
    """For how many members a list has room; 0 for anything else."""
    return (value.__sizeof__() - [].__sizeof__()) // _WORD if type(value) is list else 0


def give_room(value: Any, room: int) -> None:
    """Let a list have room for so many members."""
    if type(value) is not list or sys.implementation.name != "cpython":
        return
    if room_of(value) < room:
        members = value[:]
        value.clear()  # a list that grows from nothing to many takes no more than that
        value[:] = [None] * room
        value[:] = members
    if len(value) <= room < room_of(value):
        import ctypes

        # The last word of a list; what it has more than that, it will not use.
        ctypes.c_ssize_t.from_address(id(value) + list.__basicsize__ - _WORD).value = room
