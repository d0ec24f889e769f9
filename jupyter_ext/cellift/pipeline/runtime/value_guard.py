"""Inputs that a step changed although its source does not show it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Collection, Mapping
from weakref import getweakrefcount

from ...values import Fingerprint, Reader, ValuesError, known, sharing_with


class ChangedError(ValuesError):
    """Where nothing can be put right any more (a container), a change that later steps would miss ends the step."""

    code = "CL520"

    def __init__(self, names: list[str]) -> None:
        values = [name for name in names if ":" not in name]
        told = ", ".join(f"`{name}`" if name in values else f"the state of {name.partition(':')[2]}" for name in names)
        fixes = [f"Say so on the step: {' '.join(f'--changes {name}' for name in values)}."] if values else []
        if len(values) < len(names):
            fixes.append("Change the state of the process in a statement of its own above the first step.")
        self.fix = " ".join(fixes)
        super().__init__(
            f"The step changed {told}, which its code does not show; steps further down have taken it as it was. "
            f"{self.fix}"
        )


class ValueGuard:
    """Compares what the step took, of the names that steps further down take too, before and after its code.

    What was read together (names that share objects) is compared together. ``later``: names that steps further down
    take from the steps that this one takes from; ``touched``: names that steps further down change in place;
    ``folders``: where the step's inputs come from. A name that the step takes from elsewhere is another value.

    ``asked``: whether somebody wants to know in ``holds`` which of these the outputs share objects with, in case that
    a step further down changes one of them unseen; when one did, the step is run again with ``together``.
    ``meant``: the folder whose object is meant by a ``later`` name that the step does not take, but finds in several.
    ``resizes``: whether arrays may get another size where they are, which only works while nobody else holds them.
    """

    def __init__(
        self,
        later: frozenset[str],
        touched: frozenset[str],
        folders: dict[str, str],
        namespace: dict[str, Any],
        asked: bool = False,
        together: bool = False,
        resizes: bool = True,
        meant: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._meant = meant
        self._resizes = resizes
        self._asked = asked
        self._together = together
        self.holds: list[str] = []
        self.spent: list[str] = []
        """Names that it gave to other objects, after it had changed those it took or put them into its outputs: steps
        above may hold those that it took."""
        self._folders = folders
        self._later = later
        self._touched = touched
        self._namespace = namespace
        self._before: dict[tuple[str, int], _Group] = {}

    def took(self, folder: str, reader: Reader, name: str) -> None:
        """``name`` is about to be bound."""
        position = reader.index["names"][name]["group"]
        names = reader.index["groups"][position]["names"]
        if (folder, position) in self._before or not self._later.intersection(names):
            return
        mine = {each for each in names if self._folders.get(each) == folder}
        self._before[folder, position] = _Group(
            {each: reader[each] for each in names}, mine, reader, name, self._resizes
        )

    def _where(self, name: str, folder: str) -> str:
        """The folder whose object ``name`` is; ``folder`` where that is the only one that has it."""
        return self._folders.get(name) or self._meant.get(name, folder)

    def changed(self, outputs: dict[str, Any], declared: Collection[str]) -> dict[str, Any]:
        """The names that later steps have to take from here, with their values.

        One that is ``declared`` is among them when it changed: a step that takes it from where this one took it was
        not told of that.
        """
        found: dict[str, Any] = {}
        same: list[dict[str, Any]] = []
        others: dict[str, Any] = {}
        rebound: set[str] = set()
        for (folder, _), group in self._before.items():
            now = group.now(self._namespace)
            mine = [name for name in now if name in self._later and self._where(name, folder) == folder]
            # State of a module that the step has taken up is looked at where it is, but for what caches have; other
            # state is as it was read.
            mine = [n for n in mine if ":" not in n or n not in self._folders or type(now[n]) is tuple]
            # An output of that name that is another object is what later steps mean by it.
            wanted = {name: now[name] for name in mine if outputs.get(name, now[name]) is now[name]}
            if mine and group.differs(now):
                found.update(wanted)
                self.spent += [name for name in mine if name not in wanted]
            else:
                same.append(wanted)
                others.update((name, now[name]) for name in mine)
                rebound.update(name for name in mine if name not in wanted)
        # A change that a step further down makes to the one has to show in the other, so they cross together; and with
        # them what they share objects with already.
        touched = self._together or not self._touched.isdisjoint([*outputs, *others.keys() - declared])
        held = set(sharing_with(outputs, others)) if others and (touched or self._asked) else set()
        moved = held if self._together else held - set(declared)
        self.spent += sorted(rebound & held) if self._together else []
        for wanted in same:
            if touched and not moved.isdisjoint(wanted):
                found.update(wanted)
        self.holds = sorted(held)
        return found


class _Group:
    """What was read together, as it was. Those of ``bound`` that can be missed are held by the step alone."""

    def __init__(self, values: dict[str, Any], bound: set[str], reader: Reader, name: str, resizes: bool) -> None:
        regions, apart = reader.regions(name), reader.has_variables(name)
        light = (name for name in values if name in bound and _is_missed(values[name], resizes))
        self._light = {name: id(values[name]) for name in light}
        self._held = {name: value for name, value in values.items() if name not in self._light}
        parts = [self._held, *({name: values[name]} for name in self._light)]
        self._parts = [(tuple(part), Fingerprint(part, regions, apart)) for part in parts]

    def now(self, namespace: dict[str, Any]) -> dict[str, Any]:
        """The same objects, without those that are gone."""
        found = dict(self._held)
        for name, key in self._light.items():
            if id(namespace.get(name)) == key:
                found[name] = namespace[name]
        return found

    def differs(self, now: dict[str, Any]) -> bool:
        """Whether any of them has changed."""
        parts = ((names, before) for names, before in self._parts if set(names) <= now.keys())
        return any(before.differs({name: now[name] for name in names}) for names, before in parts)


def _is_missed(value: Any, resizes: bool) -> bool:
    """Whether a program notices that somebody else holds it: it says good-bye, its own weak references tell, or
    it is to get another size."""
    kind = type(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return resizes and bool(value.flags.owndata)
    # Libraries refer weakly to their tables and figures for themselves.
    return hasattr(kind, "__del__") or (known.makes(kind) and bool(getweakrefcount(value)))
