"""How functions, classes and other things of the notebook are written that pickle only knows by name, or not at all."""

from __future__ import annotations

import abc
import enum
import functools
import io
import linecache
import opcode
import operator
import pickle
import sys
import types
from typing import Any, Callable

from .caches import CACHED
from .in_modules import Variable, marks_of
from .instances import Trial, reduce_instance
from .memory import with_what_numpy_leaves_out
from .naming import MAIN, bound_to, code_bytes, is_importable, is_named, token_of
from .originals import place_of
from .past import PARTS, compare
from .rebuild import MODULE, Unpickler, call
from .rebuild_code import (
    MAGIC,
    content_of,
    make_cell,
    make_class,
    make_code,
    make_enum,
    make_function,
    named,
    set_class,
    set_function,
)
from .special import cached, reduce_special

_WITHOUT = {"__dict__", "__weakref__", "_abc_impl", "__abstractmethods__", "__module__", "__qualname__", "__slots__"}

_VERSION = "{}.{}".format(*sys.version_info)


class Nowhere:
    """A file that forgets what is written to it."""

    def write(self, data: Any) -> int:
        """Take and forget."""
        return len(data)


class Code:
    """``reduce`` for ``Pickler.reducer_override``; one for all picklers that write the same values."""

    def __init__(self) -> None:
        self._by_name: dict[int, bool] = {}
        self._importable: dict[int, bool] = {}
        self._cells: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._trial = Trial(lambda state: Pickler(Nowhere(), self).dump(state))
        self.odd_sets: dict[int, Any] = {}
        """Those in another order than a new set of the same members would have."""
        self.by_variable = False
        """Whether anything was met that one of the notebook's modules has."""
        self._marks: dict[type, dict[int, Variable]] = {}

    def travels(self, value: Any) -> bool:
        """Whether the function or class is written with its code and what it holds."""
        found = self._importable.get(id(value))
        if found is None:
            found = self._importable[id(value)] = (
                is_importable(value)
                or (isinstance(value, type) and not value.__flags__ & 1 << 9)
                or place_of(value) is not None
            )
            self._kept.append(value)
        return not found and not self._only_by_name(value)

    def reduce(self, value: Any) -> Any:
        """As ``__reduce__``; NotImplemented for what pickle does right by itself."""
        kind = type(value)
        if kind is types.FunctionType or isinstance(value, type):
            if self.travels(value):
                return self._by_value(value)
            if value.__module__ == MAIN:
                token = token_of(value) if isinstance(value, type) else None
                return named, (MAIN, value.__qualname__, token)
        elif kind is CACHED and value.__module__ == MAIN and is_named(value):
            return NotImplemented if self._only_by_name(value) else cached(value)
        elif kind is Variable:
            return call, ("variable", *value)
        elif kind is types.CodeType:
            return make_code, _code(value)
        elif kind is types.CellType:
            if id(value) not in self._cells:
                raise pickle.PicklingError("a cell of a closure cannot cross without its function")
            return make_cell, ()
        if isinstance(value, enum.Enum) and _goes_by_name(value):
            return operator.getitem, (kind, value.name)
        reduced = reduce_instance(value, self._trial)
        reduced = reduce_special(value) if reduced is NotImplemented else reduced
        reduced = with_what_numpy_leaves_out(value, reduced) if reduced is NotImplemented else reduced
        mark = self._mark(value) if reduced is NotImplemented else None
        return reduced if mark is None else (call, ("variable", *mark))

    def _mark(self, value: Any) -> Variable | None:
        kind = type(value)
        if kind not in self._marks:
            self._marks[kind] = marks_of(kind)
        return self._marks[kind].get(id(value))

    def _only_by_name(self, value: Any) -> bool:
        """Some things that classes and functions hold cannot be written: then the step that reads must have them."""
        found = self._by_name.get(id(value))
        if found is None:
            self._by_name[id(value)] = False
            if is_named(value):
                reduced = None if type(value) is CACHED else self._by_value(value)
                try:
                    Pickler(Nowhere(), self).dump((reduced or cached(value))[1:3])
                except Exception:  # noqa: BLE001 - any class may raise anything from its pickling hooks
                    self._by_name[id(value)] = True
        return self._by_name[id(value)]

    def _by_value(self, value: Any) -> Any:
        return self._class(value) if isinstance(value, type) else self._function(value)

    def _function(self, function: Any) -> Any:
        where: Any = function.__globals__.get("__name__")
        if vars(sys.modules.get(where, types)) is not function.__globals__:
            # As namedtuple makes its constructor: nothing else can look into these globals.
            if function.__globals__.get("__builtins__") != {}:
                raise pickle.PicklingError("its global names are those of no module")
            where = dict(function.__globals__)
        cells = function.__closure__
        for cell in cells or ():
            self._cells[id(cell)] = cell
        by_name = bound_to(function)
        needs = None if is_named(function) or where != MAIN else _globals(function)
        parts = {name: getattr(function, name) for name in PARTS}
        state = cells, [content_of(cell) for cell in cells or ()], parts, function.__dict__
        arguments = function.__code__, where, by_name, cells, needs
        return make_function, arguments, state, None, None, set_function

    def _class(self, cls: Any) -> Any:
        meta = type(cls)
        space = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
        attributes = {name: value for name, value in vars(cls).items() if name not in _WITHOUT}
        if isinstance(cls, enum.EnumMeta):
            return self._enum(cls, attributes, space)
        slots = vars(cls).get("__slots__")
        if slots is not None:
            space["__slots__"] = slots
            for name in (slots,) if isinstance(slots, str) else slots:
                plain = name.startswith("__") and not name.endswith("__")
                attributes.pop(f"_{cls.__name__.lstrip('_')}{name}" if plain else name, None)
        abstract, virtual = None, ()
        if isinstance(cls, abc.ABCMeta) and "_abc_impl" in vars(cls):
            import _abc  # type: ignore[import-not-found]

            abstract = cls.__abstractmethods__
            virtual = tuple(ref() for ref in _abc._get_dump(cls)[0])  # without those that are gone
        return (
            make_class,
            (token_of(cls), meta, cls.__name__, cls.__bases__, space),
            (attributes, abstract, virtual, {}),
            None,
            None,
            set_class,
        )

    def _enum(self, cls: Any, attributes: dict[str, Any], space: dict[str, Any]) -> Any:
        # Of an ordinary enumeration the members are made without it: their values and attributes are known.
        made_new = vars(cls).get("__new_member__") if cls._member_type_ is not object else None
        if isinstance(made_new, types.FunctionType) and made_new.__module__ == cls.__module__:
            raise pickle.PicklingError("an enumeration with a __new__ of its own")

        def own(name: str, value: Any) -> bool:
            function = getattr(value, "__func__", value)
            return name not in vars(_Sample) or getattr(function, "__module__", None) == cls.__module__

        members = {name: member.value for name, member in cls.__members__.items()}
        found = {name: each.__dict__ for name, each in cls.__members__.items()}
        extra = {
            name: {key: value for key, value in each.items() if key not in _MEMBER} for name, each in found.items()
        }
        kept = {name: value for name, value in attributes.items() if name not in members and own(name, value)}
        return (
            make_enum,
            (token_of(cls), type(cls), cls.__name__, cls.__bases__, members, space),
            (kept, None, (), extra),
            None,
            None,
            set_class,
        )


class _Sample(enum.Enum):
    A = 1


_MEMBER = set(_Sample.A.__dict__) | {"__objclass__"}


class Pickler(pickle.Pickler):
    """A pickler that writes what the notebook defines."""

    def __init__(self, file: Any, code: Code, keep: Callable[[Any], Any] | None = None) -> None:
        super().__init__(file, protocol=5, buffer_callback=keep or (lambda _: False))
        self.code = code

    def reducer_override(self, value: Any) -> Any:
        """Called for everything that pickle does not know itself."""
        return self.code.reduce(value)

    def dump(self, value: Any) -> None:
        """Write ``value``; the names that the reader looks up are those of :mod:`.rebuild`, wherever that is here."""
        sys.modules[MODULE] = sys.modules[Unpickler.__module__]
        super().dump(value)


def _goes_by_name(member: enum.Enum) -> bool:
    """A member of an enumeration of the notebook: its value may be a function, another one wherever it is read."""
    kind = type(member)
    own = kind.__module__ == MAIN and kind.__reduce_ex__ is enum.Enum.__reduce_ex__
    return own and kind.__members__.get(member.name) is member


def _code(code: types.CodeType) -> tuple[Any, ...]:
    return MAGIC, _VERSION, code_bytes(code), _source(code)


def _source(code: types.CodeType) -> Any:
    lines = (linecache.cache.get(code.co_filename) or (0, None, []))[2]  # type: ignore[misc]
    if not code.co_filename.startswith("<cell ") or not hasattr(code, "co_lines"):
        return None
    first = code.co_firstlineno - 1
    last = max((line or 0 for part in _nested(code) for _, _, line in part.co_lines()), default=first)
    return first, tuple(lines[first:last])


def _nested(code: types.CodeType) -> list[Any]:
    found = [code]
    for part in found:
        found += [each for each in part.co_consts if isinstance(each, types.CodeType)]
    return found


@functools.lru_cache(maxsize=None)
def _looked_up(code: types.CodeType) -> frozenset[str]:
    """The global names that code reads when it runs."""
    found = set()
    shift = 1 if sys.version_info >= (3, 11) else 0
    loads = {opcode.opmap["LOAD_GLOBAL"]: shift, opcode.opmap["LOAD_NAME"]: 0}
    for part in _nested(code):
        extended = 0
        for op, low in zip(part.co_code[::2], part.co_code[1::2]):  # noqa: B905 - Python 3.9
            argument = low | extended
            extended = argument << 8 if op == opcode.EXTENDED_ARG else 0
            if op in loads:
                found.add(part.co_names[argument >> loads[op]])
    return frozenset(found)


def looked_up_by(value: Any) -> set[str]:
    """The notebook's names that a function, or a class with its bases and metaclasses, reads when it is called."""
    known: Any = value
    kinds = {*known.__mro__, *type(known).__mro__} if isinstance(value, type) else ()
    members = [value]
    for kind in kinds:
        members += vars(kind).values() if kind.__module__ == MAIN else ()
    found: set[str] = set()
    for member in members:
        function = getattr(member, "__func__", member)
        if isinstance(function, types.FunctionType) and function.__module__ == MAIN:
            found |= _looked_up(function.__code__)
    return found


def _globals(function: Any) -> tuple[str, ...]:
    """Those which the notebook has now: a step that calls the function needs them too."""
    space = function.__globals__
    return tuple(sorted(name for name in _looked_up(function.__code__) if name in space and name[:2] != "__"))


def _bytes(value: Any) -> bytes:
    file = io.BytesIO()
    Pickler(file, Code(), lambda _: True).dump(value)
    return file.getvalue()


compare.append(_bytes)
