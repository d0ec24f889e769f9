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
import re
import sys
import types
import uuid
from typing import Any

from .by_value import Code, Nowhere, Pickler
from .naming import is_named
from .sets import reads_back_alike
from .special import KINDS

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
        types.ModuleType,
        datetime.date,
        datetime.time,
        datetime.datetime,
        datetime.timedelta,
        decimal.Decimal,
        fractions.Fraction,
        uuid.UUID,
        re.Pattern,
        pathlib.PosixPath,
        pathlib.PurePosixPath,
    }
)


class Scanner(Pickler):
    """After ``dump(value)``: what the value consists of, as far as another value could share it.

    ``objects``: id -> mutable object. ``arrays``: numpy arrays, whose memory others may use. ``tables``: id -> (pandas
    table that copies before it writes, ids of the arrays in it): others may use these arrays, but no write is ever
    seen through both. All objects are kept, so that no id is used twice. What cannot be pickled raises as it does
    when it is written.
    """

    def __init__(self, code: Code, inside_table: bool = False) -> None:
        super().__init__(Nowhere(), code)
        self.objects: dict[int, Any] = {}
        self.arrays: list[Any] = []
        self.tables: dict[int, tuple[Any, set[int]]] = {}
        self._inside_table = inside_table
        self._private: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._numpy: Any = sys.modules.get("numpy")
        self._pandas: Any = sys.modules.get("pandas")

    def persistent_id(self, value: Any) -> Any:
        """Called by the pickler for every object; anything but None keeps it from looking inside."""
        kind = type(value)
        if kind in _ATOMS:
            return "atom"
        if (kind is set or kind is frozenset) and id(value) not in self.objects and not reads_back_alike(value):
            self.code.odd_sets[id(value)] = value
        if kind is types.FunctionType or issubclass(kind, type):
            if not self.code.travels(value):
                return "atom"
            if kind is types.FunctionType and not is_named(value):
                self.objects[id(value)] = value
            return None
        if issubclass(kind, enum.Enum):
            return None if self.code.travels(kind) else "atom"
        if kind is tuple or kind is frozenset:
            return "atoms" if _ATOMS.issuperset(map(type, value)) else None
        if self._numpy is not None:
            if isinstance(value, self._numpy.ndarray):
                return self._array(value)
            if isinstance(value, (self._numpy.dtype, self._numpy.generic)):
                return "atom"
        if id(value) in self.objects:
            return "again"
        if self._is_immutable(value):
            return "atom"
        if self._pandas is not None:
            if isinstance(value, (self._pandas.DataFrame, self._pandas.Series)):
                return self._table(value)
            if self._inside_table and isinstance(value, self._pandas.api.extensions.ExtensionArray):
                self._private[id(value)] = value
                return None
        self.objects[id(value)] = value
        if kind is list or kind is set:
            return "atoms" if _ATOMS.issuperset(map(type, value)) else None
        if kind is dict:
            plain = _ATOMS.issuperset(map(type, value.values())) and _ATOMS.issuperset(map(type, value))
            return "atoms" if plain else None
        return None

    def _array(self, array: Any) -> Any:
        if self._inside_table:
            self._private[id(array)] = array
        elif id(array) in self.objects:
            return "again"
        else:
            self.objects[id(array)] = array
            self.arrays.append(array)
        if type(array) is not self._numpy.ndarray:
            # Subclasses may add a mask or attributes.
            return None
        if array.dtype == object:
            return "atoms" if _ATOMS.issuperset(map(type, array.flat)) else None
        return None if array.dtype.hasobject else "array"

    def _table(self, table: Any) -> str:
        private = self._copies_before_it_writes()
        inner = Scanner(self.code, inside_table=private)
        inner.dump(table.__reduce_ex__(5))
        # A list of the class, which is part of the state of every table.
        inner.objects.pop(id(table._metadata), None)
        self.objects[id(table)] = table
        self.objects.update(inner.objects)
        self.arrays += inner.arrays
        self.tables.update(inner.tables)
        if private:
            self.tables[id(table)] = table, set(inner._private)
        self._kept.append(inner)
        return "table"

    def _is_immutable(self, value: Any) -> bool:
        """Functions of any kind (compiled ones too: pickles of tables are full of them), time zones, column types."""
        if isinstance(value, datetime.tzinfo):
            return True
        if self._pandas is not None:
            if isinstance(value, self._pandas.api.extensions.ExtensionDtype):
                return True
            if isinstance(value, self._pandas.Index) and value.dtype != object:
                # Its name can be set, and then is set wherever the same index is used; its labels never change.
                self.objects[id(value)] = value
                return True
        if type(value) is types.BuiltinFunctionType:
            return value.__self__ is None or isinstance(value.__self__, (type, types.ModuleType))
        return callable(value) and isinstance(getattr(value, "__qualname__", None), str) and type(value) not in KINDS

    def _copies_before_it_writes(self) -> bool:
        if int(self._pandas.__version__.partition(".")[0]) >= 3:
            return True
        return self._pandas.options.mode.copy_on_write is True
