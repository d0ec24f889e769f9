"""Inputs that a step changed although its source does not show it."""

from __future__ import annotations

from typing import Any

from ...values import Fingerprint, Reader, ValuesError


class ChangedError(ValuesError):
    """Where nothing can be put right any more (a container), a change that later steps would miss ends the step."""

    code = "CL520"

    def __init__(self, names: list[str]) -> None:
        told = ", ".join(f"`{name}`" for name in names)
        self.fix = f"Say so on the step: {' '.join(f'--changes {name}' for name in names)}."
        super().__init__(
            f"The step changed {told}, which its code does not show; steps further down have taken it as it was. "
            f"{self.fix}"
        )


class ValueGuard:
    """Compares what the step took, of the names that steps further down take too, before and after its code.

    What was read together (names that share objects) is compared together.
    """

    def __init__(self, later: frozenset[str]) -> None:
        self._later = later
        self._before: dict[tuple[str, int], tuple[dict[str, Any], Fingerprint]] = {}

    def took(self, folder: str, reader: Reader, name: str) -> None:
        """``name`` was just read."""
        position = reader.index["names"][name]["group"]
        names = reader.index["groups"][position]["names"]
        if (folder, position) in self._before or not self._later.intersection(names):
            return
        values = {each: reader[each] for each in names}
        self._before[folder, position] = values, Fingerprint(values, reader.regions(name))

    def changed(self, outputs: tuple[str, ...]) -> dict[str, Any]:
        """The names that later steps have to take from here, with their values."""
        found: dict[str, Any] = {}
        for values, before in self._before.values():
            if before.differs(values):
                found.update({name: values[name] for name in values if name in self._later and name not in outputs})
        return found
