"""Which names share mutable objects, and which arrays look at the same memory.

Names that share an object must still share it in the next step, so they are written to one file together.
"""

from __future__ import annotations

import functools
import pickle
import types
from typing import Any

from .by_value import Code
from .deep import in_deep_thread
from .in_modules import contents_of, known
from .memory import Memory, is_memory
from .nans import Single, is_of_a_module
from .rebuild import set_raw, set_with_dict
from .scan import Scanner
from .tables import reduce_part
from .weak import KINDS as WEAK
from .weak import reduce_weak

# Names of one and the same of these are few; other immutable things may be anywhere, and nobody notices it.
_CACHED = (type(None), bool, type(Ellipsis), type(NotImplemented), type, types.ModuleType, types.BuiltinFunctionType)


class Groups:
    """``groups``: the names, cut into groups that share nothing; ``reducer``: how to write what shares memory.

    ``failed``: name -> the error of a value that cannot be pickled.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.failed: dict[str, BaseException] = {}
        self.deep = False
        self._values = values
        self._leader = {name: name for name in values}
        self._scanned: dict[str, Scanner] = {}
        code = Code()
        for name, value in values.items():
            self._scanned[name] = self._scan(name, value, code)
        public: list[Any] = []
        private: dict[int, Any] = {}
        for scanner in self._scanned.values():
            public += scanner.arrays
            private.update(scanner.private)
        arrays = {key: each for key, each in private.items() if is_memory(each)}
        memory = Memory(public, list(arrays.values()))
        self.reducer = Reducer(code, memory)
        self.reducer.deep = self.deep
        self._join_all(values, memory, set(private).difference(arrays))
        found: dict[str, list[str]] = {}
        for name in values:
            found.setdefault(self._find(name), []).append(name)
        self.groups = list(found.values())

    def begin(self, names: list[str]) -> Reducer:
        """For writing the group ``names``."""
        self.reducer.begin([self._scanned[name] for name in names if name in self._scanned])
        several = len(names) > 1
        for value in (self._values[name] for name in names if several and name in self._values):
            if type(value) in (int, float) and sum(value is self._values.get(name) for name in names) > 1:
                self.reducer.stand_ins[id(value)] = Single(value)
        return self.reducer

    def _scan(self, name: str, value: Any, code: Code) -> Scanner:
        contents = contents_of({name: value})
        scanner = Scanner(code, contents=contents)
        try:
            try:
                scanner.dump(value)
            except RecursionError:
                self.deep = True
                scanner = Scanner(code, contents=contents)
                in_deep_thread(functools.partial(scanner.dump, value))
        except Exception as error:  # noqa: BLE001 - any class may raise anything from its pickling hooks
            self.failed[name] = error
        return scanner

    def _join_all(self, values: dict[str, Any], memory: Memory, columns: set[int]) -> None:
        owner: dict[int, str] = {}
        looks_at: dict[int, list[str]] = {}
        for name, scanner in self._scanned.items():
            shared = [*scanner.objects, *scanner.dicts_of]
            if not issubclass(type(values[name]), _CACHED) and known.variable(values[name]) is None:
                shared.append(id(values[name]))
            # Who has what a weak reference refers to crosses with it.
            shared += [id(target) for target in scanner.weakly]
            shared += [key for key, (nan, _) in scanner.nans.found.items() if not is_of_a_module(nan)]
            for key in shared:
                self._join(owner.setdefault(key, name), name)
            for array in scanner.arrays:
                looks_at.setdefault(id(array), []).append(name)
            for key in scanner.private:
                looks_at.setdefault(key, []).append(name)
        for cluster in memory.clusters:
            names = [name for array in cluster for name in looks_at[id(array)]]
            for name in names[1:]:
                self._join(names[0], name)
        # A column of a table that somebody also has outside of it.
        for key in columns.intersection(owner):
            for name in looks_at[key]:
                self._join(owner[key], name)

    def _find(self, name: str) -> str:
        while self._leader[name] != name:
            name = self._leader[name]
        return name

    def _join(self, first: str, second: str) -> None:
        self._leader[self._find(second)] = self._find(first)


def sharing_with(values: dict[str, Any], others: dict[str, Any]) -> list[str]:
    """Names of ``others`` whose objects are, or share memory with, parts of ``values``."""
    names = {f"{name} value": value for name, value in values.items()}
    names.update({f"{name} other": value for name, value in others.items()})
    groups = Groups(names).groups
    together = {name for group in groups if any(one.endswith(" value") for one in group) for name in group}
    return [name for name in others if f"{name} other" in together]


class Reducer:
    """Tells the pickler what it does not know of the values that are written together."""

    def __init__(self, code: Code, memory: Memory) -> None:
        self.code = code
        self.memory = memory
        self.deep = False
        """Whether something is nested so deeply that only a thread with more room can write it."""
        self.stand_ins: dict[int, Any] = {}
        """Id of a number -> what is written for it."""
        self._here: set[int] = set()
        self._open: set[int] = set()
        """Ids of the dicts of attributes that others have too: ``vars(x)`` under a name, or in another object."""

    def begin(self, scanned: list[Scanner]) -> None:
        """The values that are written next are these."""
        self._here = {key for scanner in scanned for found in (scanner.objects, scanner.private) for key in found}
        self._open.update(key for one in scanned for key in one.dicts_of if key in known)
        dicts: dict[int, int] = {}
        for one in scanned:
            dicts.update(one.dicts_of)
        for one in scanned if dicts else ():
            self._open |= one.again & dicts.keys()
            found = dicts.keys() & (one.objects.keys() | one.dicts_of.keys())
            self._open |= {key for key in found if one.dicts_of.get(key) != dicts[key]}
        counts: dict[int, int] = {}
        for scanner in scanned:
            for key, (nan, count) in scanner.nans.found.items():
                counts[key] = counts.get(key, 0) + count
                if type(nan) is float and (counts[key] > 1 or is_of_a_module(nan)):
                    self.stand_ins[key] = Single(nan)

    def __contains__(self, array: object) -> bool:
        return array in self.memory

    def reduce(self, value: Any) -> Any:
        """For ``Pickler.reducer_override``."""
        if type(value) in WEAK:
            return reduce_weak(value, self._here)
        reduced = self.memory.reduce(value) if is_memory(value) else reduce_part(value, self._here)
        reduced = self.code.reduce(value) if reduced is NotImplemented else reduced
        return self._with_its_dict(value, reduced) if self._open else reduced

    def _with_its_dict(self, value: Any, reduced: Any) -> Any:
        """Where somebody else has the dict of its attributes, it gets that very dict again, not what is in it."""
        if not getattr(type(value), "__dictoffset__", 0) or isinstance(value, (type, types.FunctionType)):
            return reduced
        own = object.__getattribute__(value, "__dict__")
        if id(own) not in self._open:
            return reduced
        raw = reduced is not NotImplemented and reduced[-1] is set_raw
        if type(value) is types.SimpleNamespace:
            raise pickle.PicklingError("its attributes are in a dict that others have too")
        if not raw and (reduced is not NotImplemented or not _is_plain(type(value))):
            return reduced
        found = (*(reduced if raw else value.__reduce_ex__(5)), None, None, None)
        state = found[2]
        slots = state[-1] if isinstance(state, tuple) else None
        return (*found[:2], (state[0] if raw else None, own, slots or {}), *found[3:5], set_with_dict)


def _is_plain(kind: Any) -> bool:
    """Whether its objects are pickled as ``object`` does it: their class, what they contain, their attributes."""
    names = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return all(getattr(kind, name, None) is getattr(object, name, None) for name in names)
