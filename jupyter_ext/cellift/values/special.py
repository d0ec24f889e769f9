"""Things of the standard library that pickle does not write, or not as they are."""

from __future__ import annotations

import contextvars
import ctypes
import functools
import gc
import io
import itertools
import mmap
import os
import pickle
import re
import sys
import types
import typing
from _thread import _local
from typing import Any

from .caches import CACHED, cache_of, make_cached, set_cached
from .naming import MAIN, is_named
from .originals import place_of
from .rebuild import call, matches, set_arguments, set_context, set_exception
from .rebuild_code import make_module, make_typevar

_SENTINELS = {
    "_MISSING_TYPE",
    "_FIELD_BASE",
    "_KW_ONLY_TYPE",
    "_HAS_DEFAULT_FACTORY_CLASS",
}


def _module(value: Any) -> Any:
    name = value.__name__
    if sys.modules.get(name) is not value:
        raise pickle.PicklingError(f"the module {name} cannot be imported again")
    return make_module, (name,)


def _method(value: Any) -> Any:
    owner, name = value.__self__, getattr(value.__func__, "__name__", "")
    try:
        by_name = getattr(owner, name, None) == value
    except Exception:  # noqa: BLE001 - the owner may be any object
        by_name = False
    return (getattr, (owner, name)) if by_name else (call, ("method", value.__func__, owner))


def _descriptor(value: Any) -> Any:
    return call, (type(value), value.__func__)


def _property(value: Any) -> Any:
    return call, (type(value), value.fget, value.fset, value.fdel, value.__doc__)


def _cached_property(value: Any) -> Any:
    kept = {name: part for name, part in vars(value).items() if name != "lock"}
    return call, (type(value), value.func), kept


def _proxy(value: Any) -> Any:
    return call, ("proxy", gc.get_referents(value)[0])


def _view(value: Any) -> Any:
    return call, ("view", gc.get_referents(value)[0], type(value).__name__.rpartition("_")[2])


def _match(value: Any) -> Any:
    for how in ("match", "fullmatch", "search"):
        again = getattr(value.re, how)(value.string, value.pos, value.endpos)
        if again is not None and again.regs == value.regs:
            return call, ("attribute", value.re, how, value.string, value.pos, value.endpos)
    # As finditer finds it; `pos` is where that began.
    place = matches(value.re, value.string, value.pos, value.endpos)[1].get(value.regs)
    if place is None:
        raise pickle.PicklingError("a match of a scanner")
    return call, ("match", value.re, value.string, value.pos, value.endpos, place)


def _memoryview(value: Any) -> Any:
    whole = memoryview(value.obj)
    readonly = value.readonly and not whole.readonly
    if (value.nbytes, value.format, value.shape, value.strides) == (
        whole.nbytes,
        whole.format,
        whole.shape,
        whole.strides,
    ):
        return call, ("readonly" if readonly else memoryview, value.obj)
    if value.ndim != 1 or not whole.contiguous or "numpy" in type(value.obj).__module__:
        raise pickle.PicklingError("a memoryview of a part of its object with more than one axis")
    start = _address(value) - _address(whole)
    return call, ("slice", value.obj, start, len(value), value.strides[0], value.format, readonly)


def _address(view: memoryview) -> int:
    """Where its first element is."""

    class Buffer(ctypes.Structure):
        _fields_ = (
            *((name, ctypes.c_void_p) for name in ("buf", "obj")),
            ("len", ctypes.c_ssize_t),
            ("rest", ctypes.c_char * 256),
        )

    python, found = ctypes.pythonapi, Buffer()
    full_read_only = 0x011C
    if python.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(found), full_read_only):
        raise pickle.PicklingError("a memoryview that shows no address")
    try:
        return int(found.buf or 0)
    finally:
        python.PyBuffer_Release(ctypes.byref(found))


def cached(value: Any) -> Any:
    """How a function with an ``lru_cache`` is written: with what the cache holds."""
    options = tuple(value.cache_parameters().values())
    by_name = value.__qualname__ if is_named(value) else None
    return make_cached, (value.__wrapped__, by_name, *options), cache_of(value), None, None, set_cached


def _lru_cache(value: Any) -> Any:
    return NotImplemented if is_named(value) else cached(value)


def _typevar(value: Any) -> Any:
    if value.__module__ != MAIN:
        return NotImplemented
    options = {"bound": value.__bound__, "covariant": value.__covariant__, "contravariant": value.__contravariant__}
    return make_typevar, (
        type(value),
        value.__module__,
        value.__name__,
        getattr(value, "__constraints__", ()),
        options,
    )


def _context_variable(value: Any) -> Any:
    """Its default, and what it is here and now; tokens to set it back stay here."""
    try:
        default = [contextvars.Context().run(value.get)]
    except LookupError:
        default = []
    now = contextvars.copy_context()
    return call, ("context", value.name, default), [now[value]] if value in now else None, None, None, set_context


KINDS: dict[type, Any] = {
    contextvars.ContextVar: _context_variable,
    types.ModuleType: _module,
    types.MethodType: _method,
    types.MappingProxyType: _proxy,
    property: _property,
    classmethod: _descriptor,
    staticmethod: _descriptor,
    functools.cached_property: _cached_property,
    type({}.keys()): _view,
    type({}.values()): _view,
    type({}.items()): _view,
    re.Match: _match,
    memoryview: _memoryview,
    CACHED: _lru_cache,
    typing.TypeVar: _typevar,
}
"""Type -> how it is written."""


def _exception(value: Any) -> Any:
    reduced = value.__reduce_ex__(5)
    kind = type(value)
    if isinstance(reduced, str):
        return reduced
    plain = vars(BaseException)["__reduce__"] is getattr(kind, "__reduce__", None)
    if plain and isinstance(kind.__init__, types.FunctionType):
        # Its own __init__ may take something else than what became its args.
        reduced = call, ("exception", kind, value.args), value.__dict__ or None
    state = reduced[2] if len(reduced) > 2 else None
    more = value.__cause__, value.__context__, value.__suppress_context__, _frames(value.__traceback__)
    return (*reduced[:2], (state, *more), None, None, set_exception)


def _frames(traceback: Any) -> tuple[Any, ...]:
    """Where an exception went through: file, function, module and place of each frame."""
    found = []
    while traceback is not None:
        code, line = traceback.tb_frame.f_code, traceback.tb_lineno
        place: Any = (line, line, 0, 0)
        if hasattr(code, "co_positions"):
            place = next(itertools.islice(code.co_positions(), traceback.tb_lasti // 2, None), place)
        module = traceback.tb_frame.f_globals.get("__name__")
        place = place if None not in place else (line, line, 0, 0)
        found.append((code.co_filename, code.co_name, getattr(code, "co_qualname", ""), module, place))
        traceback = traceback.tb_next
    return tuple(found)


def _time_zone(value: Any) -> Any:
    """Two times are compared otherwise when they have the very same zone."""
    get = sys.modules["dateutil.tz"].gettz
    known: Any = getattr(get, "_GettzFunc__instances", {})
    return next(((call, ("zone", name)) for name, each in known.items() if each is value), NotImplemented)


def _array(value: Any, numpy: Any) -> Any:
    if type(value) is numpy.ma.MaskedArray:
        mask = None if value._mask is numpy.ma.nomask else numpy.asarray(value._mask)
        return call, ("masked", numpy.asarray(value._data), mask, value._fill_value, bool(value._hardmask))
    if type(value) is not numpy.memmap:
        return NotImplemented
    root = value if isinstance(value.base, mmap.mmap) else value.base
    if type(root) is not numpy.memmap or not isinstance(root.base, mmap.mmap) or root.mode == "c":
        return NotImplemented
    if value is not root:
        offset = value.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        return call, ("part", numpy.memmap, value.shape, value.dtype, root, offset, value.strides)
    root.flush()
    order = "C" if root.flags.c_contiguous else "F"
    return call, ("memmap", os.path.abspath(root.filename), root.dtype, root.mode, root.offset, root.shape, order)


def _archive(value: Any) -> Any:
    """An open ``.npz`` with the bytes of its file, whatever becomes of that."""
    file = getattr(value.zip, "fp", None)
    if file is None:
        raise pickle.PicklingError("it is closed")
    place = file.tell()
    file.seek(0)
    inside = io.BytesIO(file.read())
    file.seek(place)
    name = getattr(value.fid, "name", None)
    if isinstance(name, str):
        inside.name = name
    return call, ("npz", inside, value.allow_pickle, value.pickle_kwargs)


def _arguments(value: Any) -> Any:
    """Parsers and their actions tell by the very object of ``argparse.SUPPRESS``, a text, what is left out."""
    make, arguments, state, *_ = value.__reduce_ex__(5)
    return make, arguments, state or {}, None, None, set_arguments


def _shared(value: Any) -> str | None:
    """The name under which a module has this one object, which others must not become copies of."""
    kind = type(value)
    if kind.__module__ == "dataclasses" and kind.__name__ in _SENTINELS:
        return next((name for name, each in vars(sys.modules["dataclasses"]).items() if each is value), None)
    known = {"random": "_inst", "numpy.random.mtrand": "_rand"}.get(kind.__module__, "")
    return known if known and vars(sys.modules[kind.__module__]).get(known) is value else None


def reduce_special(value: Any) -> Any:
    """As ``__reduce__``; NotImplemented for what pickle does right by itself."""
    kind = type(value)
    reducer = KINDS.get(kind)
    if reducer is not None:
        return reducer(value)
    place = place_of(value)
    if place is not None:
        return call, ("original", *place, kind.__name__)
    if isinstance(value, BaseException):
        return _exception(value)
    if isinstance(value, types.ModuleType):
        return _module(value)
    if isinstance(value, _local):  # what the one thread has that cells run in: no other lives as long
        return call, ("raw", kind, _local), vars(value)
    if kind.__name__ == "finfo" and kind.__module__ == "numpy":
        return kind, (value.dtype,)
    if kind.__name__ == "tzfile" and str(kind.__module__).startswith("dateutil"):
        return _time_zone(value)
    if isinstance(value, type):
        if value.__module__ == "builtins" and not is_named(value):
            for key, each in vars(types).items():
                if each is value:
                    return getattr, (types, key)
        return NotImplemented
    if kind.__module__ == "numpy.ma" or kind.__name__ == "memmap":
        return _array(value, sys.modules["numpy"])
    if kind.__module__ == "argparse":
        return _arguments(value)
    if kind.__name__ == "NpzFile" and str(kind.__module__).startswith("numpy"):
        return _archive(value)
    name = _shared(value)
    return NotImplemented if name is None else (getattr, (sys.modules[kind.__module__], name))
