"""How much room a list has: ``sys.getsizeof`` tells, and it depends on how the list has grown.

What else grows is not made as large as it was: who asks for the size of such a copy is refused an answer.
"""

from __future__ import annotations

import sys
from typing import Any

from .errors import ValuesError
from .in_modules import known

_GROW = (dict, list, bytearray)
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


class UnknownSizeError(ValuesError):
    """The size of a copy in memory is not that of the original."""

    code = "CL507"
    fix = "Ask in the step that makes the object."

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"sys.getsizeof: this {kind} is a copy from another step, and takes another room than the original. "
            f"{self.fix}"
        )


def size_of(value: Any) -> int:
    """How large something else that grows is; 0 for what does not."""
    kind = next((each for each in _GROW if issubclass(type(value), each)), object)
    return 0 if kind is object or type(value) is list else kind.__sizeof__(value)


_unlike: dict[int, Any] = {}
"""Of what came from other steps: what may be smaller or larger than it was. With the object, so that its id stays."""


def note_sizes(value: Any, size: int) -> None:
    """``value`` came from another step, where its :func:`size_of` was ``size``; of what is in it nobody knows."""
    if size_of(value) != size:
        _unlike[id(value)] = value
    seen = {id(value)}
    pending = [value]
    while pending:
        one = pending.pop()
        inner = [*one.keys(), *one.values()] if issubclass(type(one), dict) else []
        inner = list(one) if issubclass(type(one), (list, tuple, set, frozenset)) else inner
        inner += vars(one).values() if known.makes(type(one)) and hasattr(one, "__dict__") else ()
        for each in inner:
            if id(each) not in seen:
                seen.add(id(each))
                pending.append(each)
                if issubclass(type(each), _GROW):
                    _unlike[id(each)] = each


def watch_sizes() -> None:
    """Let ``sys.getsizeof`` give no answer that differs from the notebook's."""
    ask = sys.getsizeof

    def getsizeof(*arguments: Any, **default: Any) -> int:
        for one in arguments[:1]:
            if id(one) in _unlike:
                raise UnknownSizeError(type(one).__name__)
        return ask(*arguments, **default)

    getsizeof.__module__, getsizeof.__qualname__ = "sys", "getsizeof"
    sys.getsizeof = getsizeof
