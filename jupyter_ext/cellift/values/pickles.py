"""Everything that is no plain array: pickle protocol 5, large buffers beside the stream in the same file.

Layout: the pickle stream; each out-of-band buffer at an aligned offset; a JSON table of the offsets; the length of
that table (8 bytes, little endian); a magic word. Written in one pass, and read through one private map of the file,
so that arrays inside models and data frames are not copied either way.
"""

from __future__ import annotations

import ctypes
import io
import json
import mmap
import pickle
from typing import Any, Callable

from .by_value import Pickler
from .deep import in_deep_thread
from .errors import CannotCrossError, CannotReadError, DamagedError, ValuesError
from .hashed_file import HashedFile
from .in_modules import contents_of, known
from .preview import type_name
from .private_maps import Region
from .rebuild import Unpickler
from .sets import OddSet
from .sharing import Reducer
from .unpicklable import find_culprit

_MAGIC = b"CELLIFT1"
_TAIL = 8 + len(_MAGIC)

# Arrays below this size stay inside the stream: alignment would cost more than the copy.
_OUT_OF_BAND_FROM = 16 * 1024


_ODD = frozenset({set, frozenset, float, int})


class _Pickler(Pickler):
    """Pickles arrays that look at the same memory so that they do so again in the next step."""

    def __init__(self, file: Any, keep: Callable[[pickle.PickleBuffer], Any], reducer: Reducer) -> None:
        super().__init__(file, reducer.code, keep)
        self._reducer = reducer

    def reducer_override(self, value: Any) -> Any:
        return self._reducer.reduce(value)


class _ExactPickler(_Pickler):
    """Keeps the order of sets, which NaN is which, and what modules have; apart: this is asked for every object."""

    def __init__(
        self, file: Any, keep: Callable[[pickle.PickleBuffer], Any], reducer: Reducer, values: dict[str, Any]
    ) -> None:
        super().__init__(file, keep, reducer)
        self._contents = contents_of(values)
        self._odd = {key: OddSet(value) for key, value in reducer.code.odd_sets.items()}
        self._odd.update(reducer.stand_ins)

    def persistent_id(self, value: Any) -> Any:
        """What the object is made from, or where it is found."""
        found = known.variable(value) if known and id(value) not in self._contents else None
        return self._odd.get(id(value)) if found is None and type(value) in _ODD else found


def write_pickle(values: dict[str, Any], reducer: Reducer, file: HashedFile) -> None:
    """Write the group ``values``; raises :class:`CannotCrossError` for what cannot be pickled."""
    buffers: list[memoryview] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _OUT_OF_BAND_FROM:
            return True
        buffers.append(raw)
        return False

    try:
        exact = reducer.code.odd_sets or reducer.stand_ins or reducer.code.by_variable
        pickler = _ExactPickler(file, keep, reducer, values) if exact else _Pickler(file, keep, reducer)
        if reducer.deep:
            in_deep_thread(lambda: pickler.dump(values))
        else:
            pickler.dump(values)
    except (OSError, MemoryError, ValuesError):
        raise
    except Exception as error:
        raise explain(values, error) from error
    table: dict[str, Any] = {"stream": file.size, "buffers": []}
    for raw in buffers:
        file.align()
        table["buffers"].append([file.size, raw.nbytes, int(raw.readonly)])
        file.write(raw)
    text = json.dumps(table).encode()
    file.write(text)
    file.write(len(text).to_bytes(8, "little") + _MAGIC)


def explain(values: dict[str, Any], error: BaseException) -> CannotCrossError:
    """The error for the user: which of the names fails, and which member of it."""
    name, member, culprit, cause = find_culprit(values, error)
    return CannotCrossError(name, type_name(values[name]), member, type_name(culprit), cause)


def read_pickle(path: str, names: list[str], regions: list[Region]) -> dict[str, Any]:
    """The group of values in a file; the caller has compared the digest. The map of it is noted in ``regions``."""
    what = ", ".join(f"`{name}`" for name in names)
    with open(path, "rb") as file:
        try:
            # ACCESS_COPY: changes stay in this process, the file is what the earlier step wrote.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except ValueError as error:
            raise DamagedError(f"The file of {what} is empty.") from error
    view = memoryview(mapped)
    regions.append(Region(ctypes.addressof(ctypes.c_char.from_buffer(mapped)), len(mapped), path))
    if view[-len(_MAGIC) :] != _MAGIC:
        raise DamagedError(f"The file of {what} is cut off.")
    length = int.from_bytes(view[-_TAIL : -len(_MAGIC)], "little")
    table = json.loads(bytes(view[-_TAIL - length : -_TAIL]))
    buffers = []
    for offset, size, readonly in table["buffers"]:
        buffer = view[offset : offset + size]
        buffers.append(buffer.toreadonly() if readonly else buffer)
    try:
        return dict(Unpickler(io.BytesIO(view[: table["stream"]]), buffers=buffers).load())
    except Exception as error:
        raise CannotReadError(names[0], error) from error
