"""What a step's own code did to the state of its process, told from what later steps repeat or import anyway."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, Optional

from .import_prints import PRINTED
from .library_settings import count_signals
from .process_state import (
    GENERATORS,
    IMPORTS,
    SETTINGS,
    Changes,
    Items,
    changed_items,
    changes,
    followed,
    fresh,
    generator,
    make_changes,
    set_generator,
    settings,
)

REPEATED, IMPORT, OTHER = "repeated", "import", "other"
"""Kinds of statements: later steps have the text too; it imports; or neither."""

# Libraries add to these as they are imported; a step that imports the library has that too.
_BY_IMPORT = frozenset({"state:environ", "state:sys.path", "state:warnings", "state:logging"})
_NOT_BY_IMPORT = frozenset({"level ", "handlers ", "disable"})


class Found(NamedTuple):
    """Of the end of a step: name -> value to be written."""

    declared: dict[str, Any]
    """States that the step has among its outputs."""
    unseen: dict[str, Any]
    """States that it changed although the source does not show it."""


class StateGuard:
    """Restores the states that the step takes; compares generators and settings before and after its own code.

    ``seeded``: generators that some step seeds. The others give other numbers in every run of the notebook. With
    ``state:decimal`` among them, the signals of decimal numbers belong to the settings.
    """

    def __init__(self, inputs: dict[str, Any], outputs: tuple[str, ...], seeded: tuple[str, ...]) -> None:
        self._inputs = inputs
        self._outputs = [name for name in outputs if name in GENERATORS or name in SETTINGS]
        self._generators = dict.fromkeys(name for name in (*seeded, *self._outputs) if name in GENERATORS)
        count_signals("state:decimal" in seeded)
        self._before: Optional[dict[str, Items]] = None
        self._kind = OTHER
        self._mark: dict[str, Items] = {}
        self._loaded = frozenset(sys.modules)
        self._modules: tuple[str, ...] = ()
        self._imported: dict[str, None] = {}

    def start(self) -> None:
        """Restore what earlier steps handed on, just before the step's first own statement."""
        for name in [*GENERATORS, *SETTINGS]:
            if name in self._inputs:
                restore = set_generator if name in GENERATORS else make_changes
                restore(name, self._inputs[name])
        for name in self._generators:
            self._generators[name] = generator(name)

    def next(self, kind: str, modules: tuple[str, ...] = ()) -> None:
        """A statement of this kind comes next; ``modules`` are those that it imports by name."""
        if self._before is None:
            self._before = settings()
        else:
            self._over(self._before)
        self._kind, self._modules = kind, modules
        self._mark = settings(None if kind == REPEATED else _BY_IMPORT)
        self._loaded = frozenset(sys.modules)

    def _over(self, before: dict[str, Items]) -> None:
        """Let what later steps have too be how the step began."""
        grown = {name.partition(".")[0] for name in sys.modules.keys() - self._loaded}
        after = settings(None if grown or self._kind == REPEATED else frozenset())
        if self._kind == REPEATED:
            self._generators.update({name: generator(name) for name in self._generators})
            before.update({name: items for name, items in after.items() if name not in before})
            for name, found in changes(self._mark, after).items():
                # What an earlier step handed on and this one changes, later steps take from here.
                if name not in self._inputs:
                    before[name] = changed_items(before[name], found)
        elif grown:
            self._imported.update(dict.fromkeys(self._modules))
            before.update(fresh(frozenset(after.keys() - before.keys())))
            for name, found in changes(self._mark, after).items():
                if self._kind != IMPORT and name in self._outputs:
                    continue  # the source shows that a statement changes it: what was loaded on the way did not
                by_import = {k: v for k, v in found.items() if k not in _NOT_BY_IMPORT}
                if self._kind != IMPORT and name == "state:logging":
                    # Loggers have the names of modules: one of another name was set up by what the statement calls.
                    by_import = {k: v for k, v in by_import.items() if k.partition(" ")[2].partition(".")[0] in grown}
                before[name] = changed_items(before[name], by_import)

    def end(self) -> Found:
        """After the step's last statement."""
        self.next(OTHER)
        changed: dict[str, Any] = {}
        for name, before in self._generators.items():
            state = generator(name)
            if state != before or name in self._inputs:
                changed[name] = state
        for name, found in changes(self._before or {}, settings()).items():
            by_import = self._imported and name != PRINTED and name not in self._outputs
            first = {IMPORTS: ((), tuple(self._imported))} if by_import else {}
            changed[name] = followed(self._inputs.get(name, {}), {**found, **first})
        declared = {name: changed.get(name, self._inputs.get(name, _nothing(name))) for name in self._outputs}
        unseen = {name: value for name, value in changed.items() if name not in declared and value is not None}
        # Without its module, a generator has no state yet.
        declared = {name: value for name, value in declared.items() if value is not None}
        return Found(declared, {name: value for name, value in unseen.items() if value != self._inputs.get(name)})


def _nothing(name: str) -> Optional[Changes]:
    return generator(name) if name in GENERATORS else {}
