"""How arrays are written: with memory of their own, or as parts of the memory that other arrays use too.

What owns its memory does so again; what is a view is one again, of the same array if that crosses too (or is small).
"""

from __future__ import annotations

import array as arrays_of_python
import bisect
import pickle
import sys
from typing import Any, Iterable

from .rebuild import call
from .rebuild_arrays import set_attributes

# A hidden array that small, or that several views show all of, goes along with them: they have the same base again.
_SMALL_ROOT = 64 * 1024


class Memory:
    """``public``: arrays that others can get at; ``private``: those inside of tables that copy before they write."""

    def __init__(self, public: list[Any], private: list[Any]) -> None:
        self._kept: list[Any] = [public, private]
        self._public = set(map(id, public))
        self._whole = set(self._public)  # and hidden ones that go along
        self._spans: list[tuple[int, int, Any, int]] = []
        self._alone: dict[int, tuple[Any, int, Any]] = {}
        self.clusters: list[list[Any]] = []
        """Arrays that look at the same memory, and one of them at least outside of such tables."""
        for cluster in _overlapping([*public, *private]):
            if not self._public.isdisjoint(map(id, cluster)):
                self.clusters.append(cluster)
                low, high = _bounds_of_all(cluster)
                self._spans.append((low, high, *self._block(cluster, low, high)))
        self._lows = [low for low, *_ in self._spans]
        for array in public:
            if array.size and id(array) not in self._alone and _is_usual(array) and self._span(array) is None:
                self._set_alone(array)

    def __contains__(self, array: Any) -> bool:
        """Whether the array is written as a part of something."""
        return id(array) in self._alone or self._span(array) is not None

    def reduce(self, array: Any) -> Any:
        """As ``__reduce__``; NotImplemented for what pickle does right by itself."""
        if not isinstance(array, _ndarray()):
            return self._record(array)
        if not _is_usual(array):
            return NotImplemented
        found = self._span(array)
        block, low, like = (found[2], found[3], array) if found else self._alone.get(id(array), (array, 0, array))
        if found and block is not array and id(array.base) in self._public and _is_buffer(array.base, [array]):
            # Not what owns the memory, but what is seen: there is one between where the types differ.
            block, low = array.base, _bounds(array.base)[0]
        if block is array:
            reduced = _own(array) if id(array) in self._whole else NotImplemented
        elif isinstance(block, pickle.PicklingError):
            raise block
        else:
            offset = like.__array_interface__["data"][0] - low
            how = "part" if array.flags.writeable else "fixed"
            reduced = call, (how, type(array), array.shape, array.dtype, block, offset, like.strides)
        return reduced if reduced is NotImplemented else with_what_numpy_leaves_out(array, reduced)

    def _record(self, value: Any) -> Any:
        """A record that was taken from an array is a view of it."""
        numpy: Any = sys.modules["numpy"]
        array = numpy.asarray(value)
        found = self._span(array)
        if found is None:
            return NotImplemented
        return call, ("record", value.dtype, found[2], array.__array_interface__["data"][0] - found[3])

    def _span(self, array: Any) -> tuple[int, int, Any, int] | None:
        """``(low, high, block, address of the block)`` if the array lies in memory that others use too."""
        if not self._spans or not array.size:
            return None
        low, high = _bounds(array)
        found = self._spans[max(0, bisect.bisect_right(self._lows, low) - 1)]
        return found if found[0] <= low and high <= found[1] else None

    def _block(self, cluster: list[Any], low: int, high: int) -> tuple[Any, int]:
        """What the arrays of the cluster are parts of, and its address."""
        members = set(map(id, cluster))
        for block in (each for array in cluster for each in reversed(_above(array))):
            if isinstance(block, (bytearray, arrays_of_python.array)):
                return block, _address(block)
            if isinstance(block, _ndarray()):
                start, end = _bounds(block)
                fits = start <= low and high <= end and _is_buffer(block, cluster)
                if fits and (id(block) in members or _may_come_along(block, high - low)):
                    self._whole.add(id(block))
                    return block, start
        return self._range(cluster, low, high)

    def _range(self, arrays: list[Any], low: int, high: int) -> tuple[Any, int]:
        """The memory between two addresses, as far as the arrays look at it."""
        numpy: Any = sys.modules["numpy"]
        if any(array.dtype.hasobject for array in arrays):
            block, low = _range_of_objects(arrays, low, high)
        else:
            block = numpy.asarray(_Bytes(low, high - low))
        self._kept.append(block)
        return block, low

    def _set_alone(self, array: Any) -> None:
        """An array that shares nothing, but with gaps, turned axes, or a base that can be asked for."""
        dense = array.flags.c_contiguous or array.flags.f_contiguous
        for block in _above(array)[1:]:
            if isinstance(block, (bytearray, arrays_of_python.array)) or (
                isinstance(block, bytes) and len(block) <= _SMALL_ROOT
            ):
                self._alone[id(array)] = block, _address(block), array
                return
            if isinstance(block, _ndarray()) and _may_come_along(block) and _is_buffer(block, [array]):
                self._whole.add(id(block))
                self._alone[id(array)] = block, _bounds(block)[0], array
                return
        if dense:
            return
        like = array
        low, high = _bounds(array)
        if high - low > 4 * array.nbytes + 4096:
            like = _with_small_gaps(array)
            low, high = _bounds(like)
        self._kept.append(like)
        self._alone[id(array)] = *self._range([like], low, high), like


def with_what_numpy_leaves_out(array: Any, reduced: Any) -> Any:
    """The same with what a class of the notebook adds to an array, and that nobody may write to one of objects."""
    if not is_memory(array) or not _is_usual(array):
        return reduced
    kind, dtype, own = type(array), array.dtype, getattr(array, "__dict__", {})
    fixed = dtype.hasobject and reduced is NotImplemented and not array.flags.writeable
    if dtype.hasobject and reduced is NotImplemented and _has_rows_of_objects(dtype):
        # The elements that numpy writes would have views of the array.
        reduced = call, ("fields", kind, array.shape, dtype, {name: array[name].copy() for name in dtype.names})
    if not own and not fixed:
        return reduced
    reduced = array.__reduce_ex__(5) if reduced is NotImplemented else reduced
    return (*reduced[:2], (reduced[2:3], own, fixed), None, None, set_attributes)


def owners(array: Any) -> Iterable[Any]:
    """What else can change the memory of the array: the bytearray or array of Python that it was made from."""
    return [each for each in _above(array) if isinstance(each, (bytearray, arrays_of_python.array))]


def is_memory(value: Any) -> bool:
    """Whether it is something of numpy through which memory can be seen."""
    numpy: Any = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.void))


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


def _ndarray() -> Any:
    numpy: Any = sys.modules["numpy"]
    return numpy.ndarray


def _is_usual(array: Any) -> bool:
    """Whether it is pickled in numpy's usual way, which says nothing but the elements."""
    kind, usual = type(array), _ndarray()
    if kind is usual:
        return True
    if str(kind.__module__).partition(".")[0] == "numpy":
        return kind.__name__ in ("matrix", "recarray", "chararray")
    return all(getattr(kind, name) is getattr(usual, name) for name in ("__reduce__", "__reduce_ex__", "__setstate__"))


def _above(array: Any) -> list[Any]:
    """The array, its base, and so on."""
    found = [array]
    while (base := getattr(found[-1], "base", None)) is not None:
        found.append(base)
    return [*found[:-1], found[-1].obj] if isinstance(found[-1], memoryview) else found


def _may_come_along(block: Any, shown: int = 0) -> bool:
    """Whether an array that nobody names is written too because others are views of it."""
    if _is_file(block):
        # Whoever changes the view changes the file.
        return bool(block.mode != "r")
    return _is_usual(block) and not block.dtype.hasobject and block.nbytes <= max(_SMALL_ROOT, shown)


def _is_file(array: Any) -> bool:
    return type(array).__name__ == "memmap" and getattr(array, "mode", "c") != "c"


def _is_buffer(block: Any, arrays: list[Any]) -> bool:
    """Whether numpy makes views of it that may do what these arrays may."""
    flags = block.flags
    if not block.size or not (flags.c_contiguous or flags.f_contiguous) or not (_is_usual(block) or _is_file(block)):
        return False
    if any(array.dtype.hasobject and not _shows(block, array) for array in arrays):
        return False
    return bool(flags.writeable) or not any(array.flags.writeable for array in arrays)


def _shows(block: Any, array: Any) -> bool:
    """Whether each object that the array shows is one that the block shows too, which may leave out fields."""
    size = block.dtype.itemsize
    start = array.__array_interface__["data"][0] - block.__array_interface__["data"][0]
    places = {(start + place) % size for place in _objects(array.dtype)}
    for count, stride in zip(array.shape, array.strides):  # noqa: B905 - Python 3.9
        places = {(place + stride * index) % size for place in places for index in range(min(count, size))}
    return places <= _objects(block.dtype)


def _objects(dtype: Any) -> set[int]:
    """Where in an element there are objects."""
    if dtype.names is not None:
        return {offset + place for field, offset, *_ in dtype.fields.values() for place in _objects(field)}
    base = dtype.base
    if base is dtype:
        return {0} if dtype.hasobject else set()
    return {start + place for place in _objects(base) for start in range(0, dtype.itemsize, base.itemsize)}


def _has_rows_of_objects(dtype: Any) -> bool:
    """Whether a field of the records has several objects in each."""
    fields = [field for field, *_ in (dtype.fields or {}).values()]
    return any(field.hasobject and (field.base is not field or _has_rows_of_objects(field)) for field in fields)


def _own(array: Any) -> Any:
    """An array with memory of its own."""
    flags = array.flags
    if array.dtype.hasobject or not array.nbytes or isinstance(array.base, _ndarray()):
        return NotImplemented
    numpy: Any = sys.modules["numpy"]
    # By its address: a buffer that is read-only could never become writeable again.
    data = numpy.asarray(_Bytes(_bounds(array)[0], array.nbytes))
    order = "C" if flags.c_contiguous else "F"
    arguments = type(array), array.shape, array.dtype, order, bool(flags.writeable), pickle.PickleBuffer(data)
    return call, ("own", *arguments)


def _range_of_objects(arrays: list[Any], low: int, high: int) -> tuple[Any, int]:
    """Of objects that no array of these shows, nothing is written."""
    numpy: Any = sys.modules["numpy"]
    root = max(arrays, key=lambda array: (len(_objects(array.dtype)), array.dtype.itemsize))
    size, anchor = root.dtype.itemsize, root.__array_interface__["data"][0]
    low = anchor - -(-(anchor - low) // size) * size
    if any(not _shows(root, array) or (array.dtype != root.dtype and root.dtype.names is None) for array in arrays):
        return pickle.PicklingError("parts of one array of records with objects cross without it"), low
    block = numpy.empty(-(-(high - low) // size), root.dtype)
    for array in arrays:
        offset = array.__array_interface__["data"][0] - low
        numpy.ndarray(array.shape, array.dtype, block, offset, array.strides)[...] = array
    return block, low


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


class _Bytes:
    """A range of memory that numpy can look at; the arrays that own it must outlive it."""

    def __init__(self, address: int, size: int) -> None:
        self.__array_interface__ = {"version": 3, "typestr": "|u1", "shape": (size,), "data": (address, False)}


def _address(buffer: Any) -> int:
    numpy: Any = sys.modules["numpy"]
    return int(numpy.frombuffer(buffer, numpy.uint8).__array_interface__["data"][0])


def _bounds_of_all(arrays: list[Any]) -> tuple[int, int]:
    found = [_bounds(array) for array in arrays]
    return min(low for low, _ in found), max(high for _, high in found)


def _overlapping(arrays: list[Any]) -> list[list[Any]]:
    """Clusters of at least two different arrays whose memory overlaps."""
    ranges = sorted((*_bounds(array), index) for index, array in enumerate(arrays) if array.size)
    clusters: list[list[Any]] = []
    end = 0
    for low, high, index in ranges:
        if low < end:
            clusters[-1].append(arrays[index])
        else:
            clusters.append([arrays[index]])
        end = max(end, high) if low < end else high
    return [cluster for cluster in clusters if len({*map(id, cluster)}) > 1]
