"""Which names share mutable objects, and which arrays look at the same memory.

Names that share an object must still share it in the next step, so they are written to one file together.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from .by_value import Code
from .deep import in_deep_thread
from .rebuild import call
from .scan import Scanner


class Groups:
    """``groups``: the names, cut into groups that share nothing; ``reducer``: how to write what shares memory.

    ``failed``: name -> the error of a value that cannot be pickled.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.failed: dict[str, BaseException] = {}
        self.deep = False
        self._leader = {name: name for name in values}
        arrays: list[tuple[str, Any]] = []
        owner: dict[int, str] = {}
        scanners = []
        code = Code()
        for name, value in values.items():
            scanner = Scanner(code)
            try:
                try:
                    scanner.dump(value)
                except RecursionError:
                    self.deep = True
                    scanner = Scanner(code)
                    in_deep_thread(functools.partial(scanner.dump, value))
            except Exception as error:  # noqa: BLE001 - any class may raise anything from its pickling hooks
                self.failed[name] = error
            # Kept until the end: the id of a freed object could be given to an object of the next name.
            scanners.append(scanner)
            for key in scanner.objects:
                self._join(owner.setdefault(key, name), name)
            arrays += [(name, array) for array in scanner.arrays]
        self.reducer = Reducer(code)
        self.reducer.deep = self.deep
        for table in _entangled([scanner.tables for scanner in scanners]):
            self.reducer.separate(table)
        for cluster in _overlapping(arrays):
            for name, _ in cluster[1:]:
                self._join(cluster[0][0], name)
            self.reducer.overlay([array for _, array in cluster])
        self.reducer.keep_layout([array for _, array in arrays])
        found: dict[str, list[str]] = {}
        for name in values:
            found.setdefault(self._find(name), []).append(name)
        self.groups = list(found.values())

    def _find(self, name: str) -> str:
        while self._leader[name] != name:
            name = self._leader[name]
        return name

    def _join(self, first: str, second: str) -> None:
        self._leader[self._find(second)] = self._find(first)


def sharing_with(values: dict[str, Any], others: dict[str, Any]) -> list[str]:
    """Names of ``others`` whose objects are, or share memory with, parts of ``values``."""
    names = {f"value {name}": value for name, value in values.items()}
    names.update({f"other {name}": value for name, value in others.items()})
    groups = Groups(names).groups
    together = {name for group in groups if any(one.startswith("value ") for one in group) for name in group}
    return [name for name in others if f"other {name}" in together]


class Reducer:
    """Tells the pickler about arrays that overlap in memory and have to, and about tables that do and must not."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._blocks: dict[int, tuple[Any, int]] = {}
        self._compact: dict[int, Any] = {}
        self._tables: set[int] = set()
        self.deep = False
        """Whether something is nested so deeply that only a thread with more room can write it."""
        self._kept: list[Any] = []

    def overlay(self, arrays: list[Any]) -> None:
        """These arrays overlap: write them as views of one block. Those of objects are left to the pickler."""
        numpy: Any = sys.modules["numpy"]
        plain = [array for array in arrays if type(array) is numpy.ndarray and not array.dtype.hasobject]
        if len({id(array) for array in plain}) < 2:
            return
        bounds = [_bounds(array) for array in plain]
        low, high = min(start for start, _ in bounds), max(end for _, end in bounds)
        block = numpy.asarray(_Memory(low, high - low))
        self._kept += [block, *plain]
        for array in plain:
            self._blocks[id(array)] = block, low

    def keep_layout(self, arrays: list[Any]) -> None:
        """Of the rest, those with gaps or turned axes: what is a view and what a copy of them must stay so."""
        numpy: Any = sys.modules.get("numpy")
        for array in arrays:
            flags = array.flags
            gaps = type(array) is numpy.ndarray and not (flags.c_contiguous or flags.f_contiguous)
            if not gaps or array.dtype.hasobject or not array.size or id(array) in self._blocks:
                continue
            low, high = _bounds(array)
            if high - low > 4 * array.nbytes + 4096:
                self._compact[id(array)] = small = _with_small_gaps(array)
                low, high = _bounds(small)
            block = numpy.asarray(_Memory(low, high - low))
            self._kept += [block, array]
            self._blocks[id(array)] = block, low

    def separate(self, table: Any) -> None:
        """This pandas table has an array that is in another one too: write a copy, as pandas makes before it writes.

        Read back from one pickle, both would use the array, and pandas would not know.
        """
        self._tables.add(id(table))
        self._kept.append(table)

    def __contains__(self, array: object) -> bool:
        return id(array) in self._blocks

    def reduce(self, value: Any) -> Any:
        """For ``Pickler.reducer_override``."""
        if id(value) in self._tables:
            copy = value.copy(deep=True)
            # Until all is written, or an object that is made later gets the same id.
            self._kept.append(copy)
            return copy.__reduce_ex__(5)
        found = self._blocks.get(id(value))
        if found is None:
            return self.code.reduce(value)
        block, low = found
        numpy: Any = sys.modules["numpy"]
        like = self._compact.get(id(value), value)
        arguments = value.shape, value.dtype, block, like.__array_interface__["data"][0] - low, like.strides
        # Only numpy's own constructor is named in the file: it is read by programs that have nothing of ours.
        return (numpy.ndarray, arguments) if value.flags.writeable else (call, ("fixed", *arguments))


def _with_small_gaps(array: Any) -> Any:
    """The same elements in the same order in memory, with room for one between any two."""
    numpy: Any = sys.modules["numpy"]
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    shape = [array.shape[axis] for axis in order]
    made = numpy.zeros([*shape[:-1], 2 * shape[-1]], array.dtype)[..., ::2]
    made = made.transpose([order.index(axis) for axis in range(array.ndim)])
    made = made[tuple(slice(None, None, -1 if stride < 0 else 1) for stride in array.strides)]
    made[...] = array
    return made


def _entangled(found: list[dict[int, tuple[Any, set[int]]]]) -> list[Any]:
    """The tables that have an array which another table has too."""
    tables = {key: entry for each in found for key, entry in each.items()}
    users: dict[int, int] = {}
    for _, parts in tables.values():
        for part in parts:
            users[part] = users.get(part, 0) + 1
    return [table for table, parts in tables.values() if any(users[part] > 1 for part in parts)]


class _Memory:
    """A range of memory that numpy can look at; the arrays that own it must outlive it."""

    def __init__(self, address: int, size: int) -> None:
        self.__array_interface__ = {"version": 3, "typestr": "|u1", "shape": (size,), "data": (address, False)}


def _bounds(array: Any) -> tuple[int, int]:
    """First and last address (exclusive) of an array that is not empty."""
    low = high = array.__array_interface__["data"][0]
    for axis, stride in enumerate(array.strides):
        reach = (array.shape[axis] - 1) * stride
        if reach < 0:
            low += reach
        else:
            high += reach
    return low, high + array.itemsize


def _overlapping(arrays: list[tuple[str, Any]]) -> list[list[tuple[str, Any]]]:
    """Clusters of at least two different arrays whose memory overlaps."""
    ranges = sorted(
        ((*_bounds(array), index) for index, (_, array) in enumerate(arrays) if array.size),
    )
    clusters: list[list[tuple[str, Any]]] = []
    end = 0
    for low, high, index in ranges:
        if low < end:
            clusters[-1].append(arrays[index])
        else:
            clusters.append([arrays[index]])
        end = max(end, high) if low < end else high
    return [cluster for cluster in clusters if len(cluster) > 1]
