"""What a step's own code did to the state of its process, told from what later steps repeat or import anyway."""

from __future__ import annotations

from typing import Any, NamedTuple

from .process_state import (
    GENERATORS,
    SETTINGS,
    Changes,
    Items,
    changed_items,
    changes,
    followed,
    generator,
    make_changes,
    set_generator,
    settings,
)


class Found(NamedTuple):
    """Of the end of a step: name -> value to be written."""

    declared: dict[str, Any]
    """States that the step has among its outputs."""
    unseen: dict[str, Any]
    """States that it changed although the source does not show it."""


class StateGuard:
    """Restores the states that the step takes; compares them all before and after its own code.

    ``seeded``: generators that some step seeds. The others give other numbers in every run of the notebook.
    """

    def __init__(
        self, inputs: dict[str, Any], outputs: tuple[str, ...], seeded: tuple[str, ...], guarded: bool
    ) -> None:
        self._inputs = inputs
        self._outputs = [name for name in outputs if name in GENERATORS or name in SETTINGS]
        self._generators = dict.fromkeys([*seeded, *(name for name in self._outputs if name in GENERATORS)])
        self._guarded = guarded or any(name in SETTINGS for name in self._outputs)
        self._before: dict[str, Items] = {}

    def start(self) -> None:
        """Just before the step's first own statement."""
        for name, value in self._inputs.items():
            if name in GENERATORS:
                set_generator(name, value)
            elif name in SETTINGS:
                make_changes(name, value)
        for name in self._generators:
            self._generators[name] = generator(name)
        self._before = self.now()

    def now(self) -> dict[str, Items]:
        """For :meth:`explained`."""
        return settings() if self._guarded else {}

    def explained(self, before: dict[str, Items]) -> None:
        """What changed since ``before`` needs nobody's care: later steps have the statement, or the import, too."""
        after = self.now()
        for name, items in after.items():
            if name not in before:
                self._before.setdefault(name, items)
        for name, found in changes(before, after).items():
            if name in self._before:
                self._before[name] = changed_items(self._before[name], found)

    def end(self) -> Found:
        """After the step's last statement."""
        changed: dict[str, Any] = {}
        for name, before in self._generators.items():
            state = generator(name)
            if state != before or name in self._inputs:
                changed[name] = state
        for name, found in changes(self._before, self.now()).items():
            changed[name] = followed(self._inputs.get(name, {}), found)
        declared = {name: changed.get(name, self._inputs.get(name, _nothing(name))) for name in self._outputs}
        unseen = {name: value for name, value in changed.items() if name not in declared and value is not None}
        # Without its module, a generator has no state yet.
        declared = {name: value for name, value in declared.items() if value is not None}
        return Found(declared, {name: value for name, value in unseen.items() if value != self._inputs.get(name)})


def _nothing(name: str) -> Changes | None:
    return generator(name) if name in GENERATORS else {}
