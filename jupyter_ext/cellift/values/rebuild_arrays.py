"""What the unpickler calls to make arrays, and parts of tables, that look at memory others look at too."""

from __future__ import annotations

import importlib
import struct
from typing import Any, Callable

SMALL = 256 * 1024
"""Smaller arrays are read into memory of their own: a map costs at least one page, and it owns nothing."""

others: list[Any] = []
"""What the notebook has and this step does not know: it lives on, so that who looks at it sees no difference."""


def _numpy() -> Any:
    return importlib.import_module("numpy")


def _part(kind: Any, shape: Any, dtype: Any, block: Any, offset: int, strides: Any) -> Any:
    return _numpy().ndarray.__new__(kind, shape, dtype, block, offset, strides)


def _fields(kind: Any, shape: Any, dtype: Any, fields: dict[str, Any]) -> Any:
    array = _numpy().ndarray.__new__(kind, shape, dtype)
    for name, part in fields.items():
        array.view(_numpy().ndarray)[name][...] = part
    return array


def _fixed(*arguments: Any) -> Any:
    array = _part(*arguments)
    array.flags.writeable = False
    return array


def _own(kind: Any, shape: Any, dtype: Any, order: str, writeable: bool, data: Any) -> Any:
    if len(data) < SMALL:
        array = _numpy().ndarray.__new__(kind, shape, dtype, None, 0, None, order)
        flat = array.view(_numpy().ndarray)
        flat = flat.T if order == "F" else flat
        flat.reshape(-1).view("u1")[:] = _numpy().frombuffer(data, "u1")
    else:
        array = _numpy().ndarray.__new__(kind, shape, dtype, data, 0, None, order)
    if not writeable:
        array.flags.writeable = False
    return array


def set_attributes(value: Any, state: Any) -> None:
    """What a class of the notebook adds to an array."""
    own, attributes, fixed = state
    if own:
        value.__setstate__(own[0])
    if attributes:
        vars(value).update(attributes)
    if fixed:
        value.flags.writeable = False


def _memmap(name: str, dtype: Any, mode: str, *arguments: Any) -> Any:
    # Not to make the file anew.
    found = _numpy().memmap(name, dtype, "r+" if mode == "w+" else mode, *arguments)
    found.mode = mode
    return found


def _masked(data: Any, mask: Any, fill: Any, hard: bool) -> Any:
    made = _numpy().ma.MaskedArray(data, False if mask is None else mask, hard_mask=hard)
    if mask is None:
        made._mask = _numpy().ma.nomask
    made._fill_value = fill
    return made


def _slice(owner: Any, start: int, count: int, stride: int, form: Any, readonly: bool) -> Any:
    view = memoryview(owner).cast("B")
    view = view.toreadonly() if readonly else view
    size = struct.calcsize(form)
    # The first elements, the others in steps of whole elements.
    low = min(start, start + (count - 1) * stride) if count else start
    whole = view[low : low + (abs(stride) * (count - 1) + size if count else 0)]
    return whole.cast(form)[:: stride // size] if form != "B" else whole[::stride]


def set_references(part: Any, state: Any) -> None:
    """What tells the parts of pandas tables that they lie in the same memory, so that they copy before they write."""
    references, more, *own = state
    if own:
        part.__setstate__(own[0])
        part = part.blocks[0]
    if hasattr(part, "_references"):
        part._references = references
        references.add_index_reference(part)
        return
    part.refs = references
    references.add_reference(part)
    if more:
        # The notebook has other tables with this memory, which this step did not get.
        others.append(part.copy(deep=False))


ARRAY_CALLS: dict[str, Callable[..., Any]] = {
    "fields": _fields,
    "fixed": _fixed,
    "masked": _masked,
    "memmap": _memmap,
    "part": _part,
    "npz": lambda file, *options: _numpy().lib.npyio.NpzFile(file, True, *options),
    "own": _own,
    "record": lambda dtype, block, offset: _numpy().ndarray((), dtype, block, offset)[()],
    "slice": _slice,
}
"""What a text stands for in ``call``."""
