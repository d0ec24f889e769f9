"""Which mutable objects and arrays a value consists of.

Found by running the pickler over the value with its output thrown away: it visits exactly the objects that would be
written, through every hook that their classes have.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import pickle
import re
import sys
import types
import uuid
from typing import Any

_ATOMS = frozenset(
    {
        type(None),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        range,
        slice,
        type(Ellipsis),
        type(NotImplemented),
        type,
        types.FunctionType,
        types.BuiltinFunctionType,
        types.ModuleType,
        datetime.date,
        datetime.time,
        datetime.datetime,
        datetime.timedelta,
        datetime.timezone,
        decimal.Decimal,
        fractions.Fraction,
        uuid.UUID,
        re.Pattern,
        pathlib.PosixPath,
        pathlib.PurePosixPath,
    }
)


class Nowhere:
    """A file that forgets what is written to it."""

    def write(self, data: Any) -> int:
        """Take and forget."""
        return len(data)


class Scanner(pickle.Pickler):
    """After ``dump(value)``: ``objects`` (id -> mutable object) and ``arrays`` (numpy arrays that others may share).

    The objects are kept, so that no id is used twice. What cannot be pickled raises as it does when it is written.
    """

    def __init__(self, private_arrays: bool = False) -> None:
        super().__init__(Nowhere(), protocol=5, buffer_callback=lambda _: False)
        self.objects: dict[int, Any] = {}
        self.arrays: list[Any] = []
        self._private_arrays = private_arrays
        self._numpy: Any = sys.modules.get("numpy")

    def persistent_id(self, value: Any) -> Any:
        """Called by the pickler for every object; anything but None keeps it from looking inside."""
        kind = type(value)
        if kind in _ATOMS or issubclass(kind, (type, enum.Enum)):
            return "atom"
        if kind is tuple or kind is frozenset:
            return "atoms" if _ATOMS.issuperset(map(type, value)) else None
        if self._numpy is not None:
            if isinstance(value, self._numpy.ndarray):
                return self._array(value)
            if isinstance(value, (self._numpy.dtype, self._numpy.generic)):
                return "atom"
        if id(value) in self.objects:
            return "again"
        self.objects[id(value)] = value
        if kind is list or kind is set:
            return "atoms" if _ATOMS.issuperset(map(type, value)) else None
        if kind is dict:
            plain = _ATOMS.issuperset(map(type, value.values())) and _ATOMS.issuperset(map(type, value))
            return "atoms" if plain else None
        if _copies_before_it_writes(value):
            inner = Scanner(private_arrays=True)
            inner.dump(value.__reduce_ex__(5))
            self.objects.update(inner.objects)
            return "table"
        return None

    def _array(self, array: Any) -> Any:
        if not self._private_arrays:
            if id(array) in self.objects:
                return "again"
            self.objects[id(array)] = array
            self.arrays.append(array)
        # Numbers have nothing inside; objects, and what subclasses add (a mask, attributes), are looked at.
        return None if array.dtype.hasobject or type(array) is not self._numpy.ndarray else "array"


def _copies_before_it_writes(value: Any) -> bool:
    """Whether ``value`` is a pandas table in copy-on-write mode (always since pandas 3).

    Its arrays may use the memory of another table, but no write is ever seen through both.
    """
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not isinstance(value, (pandas.DataFrame, pandas.Series)):
        return False
    if int(pandas.__version__.partition(".")[0]) >= 3:
        return True
    return pandas.options.mode.copy_on_write is True
