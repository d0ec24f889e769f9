"""Values that are not equal to themselves: of these a program notices whether they are the same object."""

from __future__ import annotations

import decimal
import operator
import struct
import sys
from typing import Any, Iterable

from .rebuild import call

_PLACES = (("numpy", "nan"), ("math", "nan"), ("cmath", "nan"))

_KINDS = frozenset({float, complex, decimal.Decimal})


class Nans:
    """Those that were met, and how often each."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[Any, int]] = {}

    def look(self, values: Iterable[Any], kinds: Iterable[type]) -> None:
        """``values`` are of these ``kinds``, of which only decimal numbers have a comparison that can fail."""
        if _KINDS.isdisjoint(kinds):
            return
        values = list(values)
        if decimal.Decimal in kinds or any(map(operator.ne, values, values)):
            for value in values:
                self.add(value)

    def add(self, value: Any) -> None:
        """Note ``value`` if it is not equal to itself."""
        different = value.is_nan() if type(value) is decimal.Decimal else operator.ne(value, value)
        if different:
            self.found[id(value)] = value, self.found.get(id(value), (value, 0))[1] + 1


class Single:
    """Stands in the stream for a number that has to stay one object; pickle writes them by value."""

    def __init__(self, value: Any) -> None:
        if type(value) is int:
            self._reduced: Any = call, ("int", hex(value))
            return
        places = tuple(place for place in _PLACES if getattr(sys.modules.get(place[0]), place[1], None) is value)
        self._reduced = call, ("nan", places, struct.pack("<d", value))

    def __reduce__(self) -> Any:
        return self._reduced


def is_of_a_module(value: Any) -> bool:
    """Whether every step has the very same object."""
    return any(getattr(sys.modules.get(module), name, None) is value for module, name in _PLACES)
