"""What a step's own code did to the state of its process, told from what later steps repeat or import anyway."""

from __future__ import annotations

from typing import Any, NamedTuple

from .process_state import (
    GENERATORS,
    SETTINGS,
    Changes,
    Items,
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
    """Restores the states that the step takes; compares generators, and settings among its outputs, before and after.

    ``seeded``: generators that some step seeds. The others give other numbers in every run of the notebook.
    """

    def __init__(self, inputs: dict[str, Any], outputs: tuple[str, ...], seeded: tuple[str, ...]) -> None:
        self._inputs = inputs
        self._outputs = [name for name in outputs if name in GENERATORS or name in SETTINGS]
        self._generators = dict.fromkeys([*seeded, *(name for name in self._outputs if name in GENERATORS)])
        self._guarded = any(name in SETTINGS for name in self._outputs)
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
        self._before = self._now()

    def _now(self) -> dict[str, Items]:
        return settings() if self._guarded else {}

    def end(self) -> Found:
        """After the step's last statement."""
        changed: dict[str, Any] = {}
        for name, before in self._generators.items():
            state = generator(name)
            if state != before or name in self._inputs:
                changed[name] = state
        for name, found in changes(self._before, self._now()).items():
            changed[name] = followed(self._inputs.get(name, {}), found)
        declared = {name: changed.get(name, self._inputs.get(name, _nothing(name))) for name in self._outputs}
        unseen = {name: value for name, value in changed.items() if name not in declared and value is not None}
        # Without its module, a generator has no state yet.
        declared = {name: value for name, value in declared.items() if value is not None}
        return Found(declared, {name: value for name, value in unseen.items() if value != self._inputs.get(name)})


def _nothing(name: str) -> Changes | None:
    return generator(name) if name in GENERATORS else {}
