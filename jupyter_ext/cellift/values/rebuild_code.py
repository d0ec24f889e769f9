"""What the unpickler calls to make functions and classes."""

from __future__ import annotations

import enum
import importlib
import importlib.util
import linecache
import marshal
import sys
import types
from typing import Any

from .naming import adopt, class_of, resolve, token_of
from .past import compare, is_past

try:
    from _abc import _abc_init as abc_init  # type: ignore[import-not-found]
except ImportError:  # another Python than CPython

    def abc_init(cls: Any) -> None:
        """There, the metaclass does it."""


MAGIC = int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little")
"""Changes whenever compiled code of one Python is nothing to another."""

made: list[tuple[str, tuple[str, ...]]] = []
"""The functions made so far that are not in the notebook by name, with the names that they look up there."""


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
        if not _same(getattr(function, name), value) and not is_past(function, name, value):
            setattr(function, name, value)
    for name, value in attributes.items():
        if not _same(function.__dict__.get(name, made), value) and not is_past(function, name, value):
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
        if not _same(vars(cls).get(name, made), value) and not is_past(cls, name, value):
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
