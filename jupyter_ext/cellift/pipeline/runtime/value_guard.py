"""Inputs that a step changed although its source does not show it."""

from __future__ import annotations

from typing import Any, Collection

from ...values import Fingerprint, Reader, ValuesError, sharing_with


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

    What was read together (names that share objects) is compared together. ``later``: names that steps further down
    take from the steps that this one takes from; ``touched``: names that steps further down change in place;
    ``folders``: where the step's inputs come from. A name that the step takes from elsewhere is another value.
    """

    def __init__(self, later: frozenset[str], touched: frozenset[str], folders: dict[str, str]) -> None:
        self._folders = folders
        self._later = later
        self._touched = touched
        self._before: dict[tuple[str, int], tuple[dict[str, Any], Fingerprint]] = {}

    def took(self, folder: str, reader: Reader, name: str) -> None:
        """``name`` was just read."""
        position = reader.index["names"][name]["group"]
        names = reader.index["groups"][position]["names"]
        if (folder, position) in self._before or not self._later.intersection(names):
            return
        values = {each: reader[each] for each in names}
        self._before[folder, position] = values, Fingerprint(values, reader.regions(name))

    def changed(self, outputs: dict[str, Any], declared: Collection[str]) -> dict[str, Any]:
        """The names that later steps have to take from here, with their values; not those that are ``declared``."""
        found: dict[str, Any] = {}
        same: dict[str, Any] = {}
        for (folder, _), (values, before) in self._before.items():
            mine = (name for name in values if name in self._later and self._folders.get(name, folder) == folder)
            wanted = {name: values[name] for name in mine if name not in declared}
            if wanted:
                (found if before.differs(values) else same).update(wanted)
        if same and not self._touched.isdisjoint([*outputs, *same]):
            # A change that a step further down makes to the one has to show in the other, so they cross together.
            found.update({name: same[name] for name in sharing_with(outputs, same)})
        return found
