"""What the unpickler calls: make functions, classes and other things that pickle itself cannot.

In files they are under the module name :data:`MODULE`, whatever the name of this package is there.
"""

from __future__ import annotations

import ast
import contextlib
import contextvars
import enum
import importlib
import importlib.util
import linecache
import marshal
import pickle
import struct
import sys
import types
import weakref
from typing import Any, Callable

from .caches import make_cached, set_cached
from .in_modules import variable
from .naming import adopt, class_of, resolve, token_of
from .sets import make_set

try:
    from _abc import _abc_init as abc_init  # type: ignore[import-not-found]
except ImportError:  # another Python than CPython

    def abc_init(cls: Any) -> None:
        """There, the metaclass does it."""


MODULE = "cellift_values"

SMALL = 256 * 1024
"""Smaller arrays are read into memory of their own: a map costs at least one page, and it owns nothing."""

MAGIC = int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little")
"""Changes whenever compiled code of one Python is nothing to another."""

made: list[tuple[str, tuple[str, ...]]] = []
"""The functions made so far that are not in the notebook by name, with the names that they look up there."""


compare: list[Callable[[Any], bytes]] = []
"""What gives the bytes of a value, to see whether two are alike."""


class NotTheSameError(Exception):
    """What a value names is something else in this step."""


def _text(code: types.CodeType) -> str:
    return f"{code.co_name} ({code.co_filename.strip('<>')}, line {code.co_firstlineno})"


def make_code(magic: int, version: str, data: bytes, source: tuple[int, tuple[str, ...]] | None = None) -> Any:
    """Compiled code of the same Python, with the lines of the cell that it is from."""
    if magic != MAGIC:
        here = "{}.{}".format(*sys.version_info)
        raise NotTheSameError(
            f"it holds a function that Python {version} compiled, and this step runs on Python {here}; "
            "use one Python for both steps"
        )
    code: types.CodeType = marshal.loads(data)  # noqa: S302 - the digest of the file was compared
    if source is not None:
        name, (first, lines) = code.co_filename, source
        known = list((linecache.cache.get(name) or (0, None, [], name))[2])  # type: ignore[misc]
        known += ["\n"] * (first + len(lines) - len(known))
        for place, line in enumerate(lines, first):
            if not known[place].strip():
                known[place] = line
        linecache.cache[name] = (sum(map(len, known)), None, known, name)
    return code


def make_cell() -> Any:
    """An empty cell of a closure."""
    return types.CellType()


def make_function(
    code: types.CodeType, where: Any, qualname: str | None, cells: Any, needs: tuple[str, ...] | None
) -> Any:
    """A function; that of the same code which this step has by that name, if there is one."""
    if isinstance(where, str):
        if qualname is not None:
            found = resolve(where, qualname)
            same = type(found) is types.FunctionType and found.__code__ == code
            # Equal code may stand in two cells: a function and what it was defined anew as.
            same = same and found.__code__.co_filename == code.co_filename
            if same and len(found.__closure__ or ()) == len(cells or ()):
                return found
        where = vars(sys.modules.get(where) or importlib.import_module(where))
    if needs:
        made.append((_text(code), needs))
    return types.FunctionType(code, where, code.co_name, None, cells)


def set_function(function: Any, state: Any) -> None:
    """Everything of a function besides its code, where it is not so already."""
    cells, contents, parts, attributes = state
    for mine, cell, content in zip(function.__closure__ or (), cells or (), contents):  # noqa: B905 - Python 3.9
        if content:
            cell.cell_contents = content[0]
            if mine is not cell and not _same(content_of(mine), content):
                mine.cell_contents = content[0]
    for name, value in parts.items():
        if not _same(getattr(function, name), value):
            setattr(function, name, value)
    for name, value in attributes.items():
        if not _same(function.__dict__.get(name, made), value):
            function.__dict__[name] = value


def content_of(cell: Any) -> tuple[Any, ...]:
    """What is in a cell of a closure, if anything."""
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def make_class(token: str, meta: type, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
    """A class without its attributes; that which this step has already, if it has it."""
    found = class_of(token, namespace["__module__"], namespace["__qualname__"])
    if found is not None:
        return found
    with _Quiet(bases):
        cls: Any = type.__new__(meta, name, bases, dict(namespace))
    adopt(cls, token)
    return cls


class _Quiet:
    """No ``__init_subclass__`` runs: what it did to the class, and to anything else, is in the values."""

    def __init__(self, bases: tuple[type, ...]) -> None:
        above = {kind for base in bases for kind in base.__mro__}
        self._found = [(kind, vars(kind)["__init_subclass__"]) for kind in above if "__init_subclass__" in vars(kind)]
        self._found = [(kind, hook) for kind, hook in self._found if kind is not object]

    def __enter__(self) -> None:
        for kind, _ in self._found:
            type.__setattr__(kind, "__init_subclass__", classmethod(lambda *_, **__: None))

    def __exit__(self, *_: Any) -> None:
        for kind, hook in self._found:
            type.__setattr__(kind, "__init_subclass__", hook)


def make_enum(token: str, meta: Any, name: str, bases: Any, members: Any, namespace: dict[str, Any]) -> Any:
    """An enumeration with its members."""
    found = class_of(token, namespace["__module__"], namespace["__qualname__"])
    if found is not None:
        return found
    space = meta.__prepare__(name, bases)
    for key, value in {**members, **namespace}.items():
        space[key] = value
    with _Quiet(bases):
        cls = enum.EnumMeta.__new__(meta, name, bases, space)
    adopt(cls, token)
    return cls


def set_class(cls: Any, state: Any) -> None:
    """The attributes of a class, where they are not so already."""
    attributes, abstract, virtual, members = state
    if abstract is not None and "_abc_impl" not in vars(cls):
        abc_init(cls)
    for name, value in attributes.items():
        if not _same(vars(cls).get(name, made), value):
            type.__setattr__(cls, name, value)
    if abstract is not None:
        cls.__abstractmethods__ = abstract
        for kind in virtual:
            cls.register(kind)
    for name, value in members.items():
        vars(cls[name]).update(value)


def named(module: str, qualname: str, token: str | None) -> Any:
    """A function or class that only crosses by name: what this step has, if it is the same."""
    if token is not None:
        cls = class_of(token, module, qualname)
        if cls is not None:
            return cls
    found = resolve(module, qualname)
    if found is None:
        raise NotTheSameError(f"this step has no `{qualname}`")
    if token is not None and token_of(found) != token:
        raise NotTheSameError(f"it is of another `{qualname}` than this step has: the class was defined anew between")
    return found


def make_module(name: str) -> Any:
    """A module, imported again."""
    return sys.modules.get(name) or importlib.import_module(name)


def make_typevar(kind: Any, module: str, name: str, bounds: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A type variable; that of this step if it has it by that name."""
    found = resolve(module, name)
    if type(found) is kind:
        return found
    made_variable = kind(name, *bounds, **options)
    made_variable.__module__ = module
    return made_variable


def set_exception(error: Any, state: Any) -> None:
    """What an exception was raised from and where, besides its own state."""
    own, error.__cause__, error.__context__, error.__suppress_context__, *frames = state
    if own:
        error.__setstate__(own)
    traceback = None
    for frame in reversed(frames[0] if frames else ()):
        traceback = _traceback(traceback, *frame)
    error.__traceback__ = traceback


def _traceback(below: Any, file: str, name: str, qualname: str, module: Any, place: Any) -> Any:
    """A frame can only be had of code that raises something there."""
    where = dict(zip(("lineno", "end_lineno", "col_offset", "end_col_offset"), place))  # noqa: B905 - Python 3.9
    statement = ast.Raise(ast.Name("LookupError", ast.Load(), **where), None, **where)
    code: Any = compile(ast.Module([statement], []), file, "exec").replace(co_name=name)
    if hasattr(code, "co_qualname"):
        code = code.replace(co_qualname=qualname)
    try:
        exec(code, {"__name__": module})  # noqa: S102 - nothing but that statement
    except LookupError as error:
        made: Any = error.__traceback__
        return types.TracebackType(below, made.tb_next.tb_frame, made.tb_next.tb_lasti, place[0])


def matches(pattern: Any, text: Any, start: int, end: int) -> tuple[list[Any], dict[Any, int]]:
    """All that ``finditer`` finds, and the place of each; kept until the next call, as one text mostly has many."""
    key = pattern, text, start, end
    if not _matches or _matches[0] != key:
        found = list(pattern.finditer(text, start, end))
        _matches[:] = key, (found, {each.regs: place for place, each in enumerate(found)})
    return _matches[1]  # type: ignore[no-any-return]


_matches: list[Any] = []


def _exception(kind: Any, arguments: tuple[Any, ...]) -> Any:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    return error


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


def set_raw(value: Any, state: Any) -> None:
    """What an instance holds."""
    items, attributes, slots = state
    if isinstance(value, dict):
        dict.update(value, items)
    elif isinstance(value, list):
        list.extend(value, items)
    elif isinstance(value, set):
        set.update(value, items)
    if attributes is not None:
        object.__getattribute__(value, "__dict__").update(attributes)
    for name, part in slots.items():
        object.__setattr__(value, name, part)


def set_with_dict(value: Any, state: Any) -> None:
    """The same, of one whose attributes are in a dict that others have too."""
    items, attributes, slots = state
    object.__setattr__(value, "__dict__", attributes)
    set_raw(value, (items or (), None, slots))


def _context(name: str, default: Any) -> Any:
    return contextvars.ContextVar(name, default=default[0]) if default else contextvars.ContextVar(name)


def set_context(value: Any, state: Any) -> None:
    """What a context variable is just now."""
    value.set(*state)


def _weak(kind: str, target: Any, callback: Any, hold: bool) -> Any:
    """A weak reference; ``hold``: somebody in the notebook has what it refers to, whom this step does not know."""
    if hold:
        _others.append(target)
    if kind == "ref":
        return weakref.ref(target, callback)
    return weakref.proxy(target, callback)


class _Gone:
    """Of this nothing is left."""


def _dead() -> Any:
    return weakref.ref(_Gone())


def hold(_: Any, targets: list[Any]) -> None:
    """As :func:`_weak`, for what a collection of weak references refers to."""
    _others.extend(targets)


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
        _others.append(part.copy(deep=False))


_others: list[Any] = []


def _nan(places: tuple[tuple[str, str], ...], data: bytes) -> float:
    """The very object that a module has, or else one with these bytes."""
    for module, name in places:
        with contextlib.suppress(ImportError, AttributeError):
            return float.__pos__(getattr(importlib.import_module(module), name))  # the same object
    return float(struct.unpack("<d", data)[0])


def call(function: Any, *arguments: Any) -> Any:
    """``function(*arguments)``; a text stands for what has no name that pickle could write."""
    return (_CALLS[function] if isinstance(function, str) else function)(*arguments)


_CALLS: dict[str, Callable[..., Any]] = {
    "method": types.MethodType,
    "proxy": types.MappingProxyType,
    "view": lambda owner, name: getattr(owner, name)(),
    "readonly": lambda owner: memoryview(owner).toreadonly(),
    "attribute": lambda owner, name, *arguments: getattr(owner, name)(*arguments),
    "exception": _exception,
    "context": _context,
    "fields": _fields,
    "fixed": _fixed,
    "masked": _masked,
    "memmap": _memmap,
    "part": _part,
    "npz": lambda file, *options: _numpy().lib.npyio.NpzFile(file, True, *options),
    "own": _own,
    "record": lambda dtype, block, offset: _numpy().ndarray((), dtype, block, offset)[()],
    "slice": _slice,
    "match": lambda pattern, text, start, end, place: matches(pattern, text, start, end)[0][place],
    "raw": lambda kind, base, *content: base.__new__(kind, *content),
    "weak": _weak,
    "dead": _dead,
    "zone": lambda name: importlib.import_module("dateutil.tz").gettz(name),
    "int": lambda text: int(text, 16),
    "references": lambda: importlib.import_module("pandas._libs.internals").BlockValuesRefs(),
    "nan": _nan,
    "variable": variable,
}


def _same(old: Any, new: Any) -> bool:
    if old is new:
        return True
    if old is made or type(old) is not type(new):
        return False
    try:
        # Made by a module that imports this one.
        return bool(compare[0](old) == compare[0](new))
    except Exception:  # noqa: BLE001 - what cannot be compared is set
        return False


FUNCTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        make_code,
        make_cell,
        make_function,
        set_function,
        make_class,
        make_enum,
        set_class,
        named,
        make_module,
        make_set,
        make_typevar,
        set_exception,
        set_attributes,
        set_raw,
        hold,
        set_references,
        make_cached,
        set_cached,
        call,
    )
}
"""What a file may name."""

for _each in FUNCTIONS.values():
    _each.__module__ = MODULE


class Unpickler(pickle.Unpickler):
    """Reads what :class:`.by_value.Pickler` wrote."""

    def find_class(self, module: str, name: str) -> Any:
        """What a global of the stream stands for."""
        return FUNCTIONS[name] if module == MODULE else super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """Written so are sets whose order has to be kept, and what modules have."""
        return pid
