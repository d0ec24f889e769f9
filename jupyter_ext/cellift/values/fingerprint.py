"""What a group of values is made of, so that a change of it is noticed that nobody saw in the source.

The pickler runs over the group with its output hashed. Arrays are kept apart: one that lies in a private map of its
file is unchanged while the operating system has copied no page of the map (Linux; elsewhere its bytes are compared
with those of the file).
"""

from __future__ import annotations

import hashlib
import mmap
import sys
from typing import Any, NamedTuple

from .by_value import Code, Pickler
from .in_modules import contents_of, known
from .private_maps import Region, clean
from .weak import KINDS as WEAK


class _Array(NamedTuple):
    """An array: type and form, and its bytes as a place in a region, or else their digest."""

    form: tuple[Any, ...]
    region: Region | None
    offset: int
    strides: tuple[int, ...]
    digest: bytes


class Fingerprint:
    """The state of ``values`` (name -> value) now. ``regions``: the maps that they were read through.

    ``apart``: what variables of modules have counts as theirs; for that each object is asked about.
    """

    def __init__(self, values: dict[str, Any], regions: list[Region], apart: bool = True) -> None:
        self._regions = regions
        self._apart = apart
        self._stream, found = _visited(values, apart)
        self._arrays = [self._described(array) for array in found]

    def differs(self, values: dict[str, Any]) -> bool:
        """Whether the same objects would be written otherwise now. What cannot be written any more differs."""
        try:
            stream, found = _visited(values, self._apart)
        except Exception:  # noqa: BLE001 - any class may raise anything from its pickling hooks
            return True
        if stream != self._stream or len(found) != len(self._arrays):
            return True
        dirty = {before.region for before in self._arrays if before.region is not None}
        dirty -= clean(dirty)
        return any(self._is_changed(before, array, dirty) for before, array in zip(self._arrays, found))  # noqa: B905 - Python 3.9

    def _described(self, array: Any) -> _Array:
        address = array.__array_interface__["data"][0]
        form = (type(array), array.dtype, array.shape, array.flags.writeable)
        for region in self._regions:
            if array.size and region.address <= address < region.address + region.size:
                return _Array(form, region, address - region.address, array.strides, b"")
        return _Array(form, None, 0, array.strides, _digest(array))

    def _is_changed(self, before: _Array, array: Any, dirty: set[Region]) -> bool:
        now = self._described(array)
        if now.form != before.form:
            return True
        if before.region is None:
            return _digest(array) != before.digest
        if now[1:4] == before[1:4] and before.region not in dirty:
            return False
        return _digest(array) != _digest(_as_in_file(before))


def _as_in_file(array: _Array) -> Any:
    """The array that stood there when the file was written."""
    import numpy

    region = array.region
    assert region is not None
    with open(region.path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _, dtype, shape, _ = array.form
    return numpy.ndarray(shape, dtype, mapped, array.offset, array.strides)


def _digest(array: Any) -> bytes:
    import numpy

    whole = numpy.ascontiguousarray(array)
    return hashlib.blake2b(whole.reshape(-1).view(numpy.uint8).data, digest_size=16).digest()


def _visited(values: dict[str, Any], apart: bool) -> tuple[bytes, list[Any]]:
    pickler = _ApartFromModules(contents_of(values)) if apart and known else _Fingerprinter()
    pickler.dump(values)
    return pickler.digest(), pickler.arrays


class _Hashed:
    def __init__(self) -> None:
        self.hash = hashlib.blake2b(digest_size=16)

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return memoryview(data).nbytes


class _Fingerprinter(Pickler):
    def __init__(self) -> None:
        self._file = _Hashed()
        self._code = Code()
        super().__init__(self._file, self._code, lambda _: True)
        self.arrays: list[Any] = []
        self._kept: list[Any] = []
        self._numpy: Any = sys.modules.get("numpy")
        self._pandas: Any = sys.modules.get("pandas")

    def digest(self) -> bytes:
        return self._file.hash.digest()

    def reducer_override(self, value: Any) -> Any:
        if self._numpy is not None and type(value) is self._numpy.ndarray and not value.dtype.hasobject:
            self.arrays.append(value)
            return _array, (len(self.arrays),)
        if self._pandas is not None and isinstance(value, (self._pandas.DataFrame, self._pandas.Series)):
            return self._table(value)
        if type(value) in WEAK:
            # Who has what it refers to is looked at; whether it lives is not its own.
            return _weak, (id(value),)
        return self._code.reduce(value)

    def _table(self, table: Any) -> Any:
        """A table by its columns: how they lie in memory changes when it is only read."""
        columns = [table] if table.ndim == 1 else [table.iloc[:, place] for place in range(table.shape[1])]
        parts = [column.array for column in columns]
        rest = {name: getattr(table, name, None) for name in table._metadata}
        labels = table.axes
        self._kept += [columns, parts, rest, labels]
        return _table, (type(table), labels, parts, rest, table.attrs, table.flags.allows_duplicate_labels)


class _ApartFromModules(_Fingerprinter):
    """What modules of the notebook have counts as theirs; ``contents``: ids of what is looked at all the same."""

    def __init__(self, contents: set[int]) -> None:
        super().__init__()
        self._contents = contents

    def persistent_id(self, value: Any) -> Any:
        found = known.variable(value)
        return None if found is None or id(value) in self._contents else found[:2]


def _array() -> None:
    """Stands for an array in the stream."""


def _weak() -> None:
    """Stands for a weak reference in the stream."""


def _table() -> None:
    """Stands for a table in the stream."""
