"""Which mutable objects and arrays a value consists of.

Found by running the pickler over the value with its output thrown away: it visits exactly the objects that would be
written, through every hook that their classes have.
"""

from __future__ import annotations

import contextlib
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
from typing import AbstractSet, Any

from .by_value import Code, Nowhere, Pickler
from .in_modules import known
from .memory import owners
from .nans import Nans
from .sets import reads_back_alike
from .special import KINDS
from .tables import copies_before_it_writes
from .weak import KINDS as WEAK
from .weak import reduce_weak

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

    ``objects``: id -> mutable object. ``arrays``: numpy arrays, whose memory others may use. ``private``: id -> array
    or column of a pandas table that copies before it writes: no write is ever seen through two of these. ``nans``:
    what is not equal to itself. All objects are kept, so that no id is used twice. What cannot be pickled raises as it
    does when it is written. ``contents``: ids of what is written itself, although a module has it.
    """

    def __init__(self, code: Code, inside_table: bool = False, contents: AbstractSet[int] = frozenset()) -> None:
        super().__init__(Nowhere(), code)
        self.objects: dict[int, Any] = {}
        self.arrays: list[Any] = []
        self.private: dict[int, Any] = {}
        self.dicts_of: dict[int, int] = {}
        """Ids of dicts in which objects keep their attributes, with those of the objects; ``again``: of dicts that are
        there more than once."""
        self.again: set[int] = set()
        self.nans = Nans()
        self.weakly: list[Any] = []
        """What weak references refer to."""
        self._references: dict[int, Any] = {}
        self._inside_table = inside_table
        self._contents = contents
        self._kept: list[Any] = []
        self._numpy: Any = sys.modules.get("numpy")
        self._pandas: Any = sys.modules.get("pandas")

    def persistent_id(self, value: Any) -> Any:
        """Called by the pickler for every object; anything but None keeps it from looking inside."""
        kind = type(value)
        if kind in _ATOMS:
            self.nans.look((value,), {kind})
            return "atom"
        if known and id(value) not in self._contents and known.variable(value) is not None:
            self.code.by_variable = True
            return "variable"
        if (kind is set or kind is frozenset) and id(value) not in self.objects and not reads_back_alike(value):
            self.code.odd_sets[id(value)] = value
        if kind in WEAK:
            return self._weak(value)
        if kind is types.FunctionType or issubclass(kind, type):
            if not self.code.travels(value):
                return "atom"
            if kind is types.FunctionType:
                self.objects[id(value)] = value
            return None
        if issubclass(kind, enum.Enum):
            return None if self.code.travels(kind) else "atom"
        if kind is tuple:
            return self._only_atoms(value)
        if kind is frozenset:
            return self._only_atoms(value) or _looks_inside(value)
        if self._numpy is not None:
            if isinstance(value, self._numpy.ndarray):
                return self._array(value)
            if isinstance(value, self._numpy.generic):
                if (
                    issubclass(kind, self._numpy.void)
                    and value.dtype.names
                    and isinstance(value.base, self._numpy.ndarray)
                ):
                    # A record is a view of its array.
                    return self._array(self._numpy.asarray(value))
                if kind.__module__ == "numpy" and value.dtype.kind in "fcmM":
                    self.nans.add(value)
                return "atom"
            if isinstance(value, self._numpy.dtype):
                return "atom"
        if id(value) in self.objects:
            if kind is dict:
                self.again.add(id(value))
            return "again"
        if self._is_immutable(value):
            return "atom"
        if self._pandas is not None:
            if isinstance(value, (self._pandas.DataFrame, self._pandas.Series)):
                return self._table(value)
            if isinstance(value, self._pandas.Index):
                return self._labels(value)
            if self._inside_table and isinstance(value, self._pandas.api.extensions.ExtensionArray):
                self.private[id(value)] = value
                return None
        self.objects[id(value)] = value
        if kind is list:
            return self._only_atoms(value)
        if kind is set:
            return self._only_atoms(value) or _looks_inside(value)
        if kind is dict:
            return self._only_atoms([*value, *value.values()]) or _looks_inside(value)
        if kind.__dictoffset__:
            with contextlib.suppress(AttributeError):
                own = id(object.__getattribute__(value, "__dict__"))
                self.dicts_of[own] = id(value)
                self.code.by_variable |= own in known
        return None

    def _only_atoms(self, values: Any) -> str | None:
        kinds = set(map(type, values))
        if not _ATOMS.issuperset(kinds):
            return None
        self.nans.look(values, kinds)
        return "atoms"

    def _array(self, array: Any) -> Any:
        if self._inside_table:
            self.private[id(array)] = array
        elif id(array) in self.objects:
            return "again"
        else:
            self.objects[id(array)] = array
            self.arrays.append(array)
            self.objects.update((id(owner), owner) for owner in owners(array))
        if type(array) is not self._numpy.ndarray:
            # Subclasses may add a mask or attributes.
            return None
        if array.dtype == object:
            return self._only_atoms(array.ravel().tolist())
        return None if array.dtype.hasobject else "array"

    def _table(self, table: Any) -> str:
        private = copies_before_it_writes(self._pandas)
        inner = self._inside(table, private)
        # A list of the class, which is part of the state of every table.
        inner.objects.pop(id(table._metadata), None)
        self.objects[id(table)] = table
        self.objects.update(inner.objects)
        self.arrays += inner.arrays
        self.private.update((id(block), block) for block in table._mgr.blocks)
        return "table"

    def _weak(self, value: Any) -> str:
        """Its targets count where somebody has them."""
        if id(value) in self._references:
            return "again"
        self.objects[id(value)] = self._references[id(value)] = value
        reduced = reduce_weak(value, ())
        inner = Scanner(self.code)
        inner._references = self._references
        inner.dump(reduced[1:5] if len(reduced) < 5 or reduced[4] is None else [list(reduced[4])])
        self.weakly += [*inner.objects.values(), *inner.weakly]
        self._kept.append(inner)
        return "weak"

    def _labels(self, index: Any) -> str:
        """Nobody can write to the arrays of an index."""
        self.objects[id(index)] = index
        self.objects.update(self._inside(index, True).objects)
        return "index"

    def _inside(self, value: Any, private: bool) -> Scanner:
        inner = Scanner(self.code, inside_table=private)
        inner.nans = self.nans
        inner.private = self.private
        inner.weakly = self.weakly
        inner._references = self._references
        inner.dump(value.__reduce_ex__(5))
        self._kept.append(inner)
        return inner

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


def _looks_inside(value: Any) -> str | None:
    """None; raises unless a set or dict finds its members: with another hash by now, its copy would find them again."""
    for member in value:
        if type(member) not in _ATOMS and member not in value:
            what = f"the hash of a {type(member).__name__}"
            raise pickle.PicklingError(f"{what} in it has changed since it was put there")
    return None
