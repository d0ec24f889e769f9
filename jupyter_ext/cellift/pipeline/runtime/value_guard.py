"""Inputs that a step changed although its source does not show it."""

from __future__ import annotations

import hashlib
import sys
from typing import Any, Tuple

from ...values import Reader, ValuesError
from ...values.by_value import Code, Pickler

_MAPPED_FROM = 256 * 1024

_Range = Tuple[int, int]


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
        self._before: dict[tuple[str, int], tuple[dict[str, Any], _Print]] = {}

    def took(self, folder: str, reader: Reader, name: str) -> None:
        """``name`` was just read."""
        position = reader.index["names"][name]["group"]
        names = reader.index["groups"][position]["names"]
        if (folder, position) in self._before or not self._later.intersection(names):
            return
        values = {each: reader[each] for each in names}
        self._before[folder, position] = values, _Print(values, None)

    def changed(self, outputs: tuple[str, ...]) -> dict[str, Any]:
        """The names that later steps have to take from here, with their values."""
        found: dict[str, Any] = {}
        for values, before in self._before.values():
            if before.differs(values):
                found.update({name: values[name] for name in values if name in self._later and name not in outputs})
        return found


class _Print:
    """What values look like: a digest of what would be written; large mapped arrays by where they are."""

    def __init__(self, values: dict[str, Any], known: set[_Range] | None) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self.known: set[_Range] = set() if known is None else known
        self._fresh = known is None
        self._maps: list[_Range] | None = None
        try:
            Pickler(self, Code(), self._keep).dump(values)
            self.digest = self._hash.digest()
        except Exception:  # noqa: BLE001 - what cannot be written is found when it is written
            self.digest = b""

    def differs(self, values: dict[str, Any]) -> bool:
        """Whether ``values`` are something else now."""
        now = _Print(values, self.known)
        return now.digest != self.digest or not now.digest or _written(self.known)

    def write(self, data: Any) -> int:
        """As a file, for the pickler."""
        self._hash.update(data)
        return len(data)

    def _keep(self, buffer: Any) -> bool:
        raw = buffer.raw()
        place = (_address(raw), raw.nbytes) if raw.nbytes >= _MAPPED_FROM else None
        if place is not None and place[0] and (place in self.known or (self._fresh and self._is_mapped(place))):
            self.known.add(place)
            self._hash.update(b"%d %d" % place)
        else:
            self._hash.update(raw)
        return False

    def _is_mapped(self, place: _Range) -> bool:
        if self._maps is None:
            self._maps = [found for found, _ in _mappings("/proc/self/maps")]
        return any(low <= place[0] and place[0] + place[1] <= high for low, high in self._maps)


def _address(raw: memoryview) -> int:
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return 0
    return int(numpy.frombuffer(raw, numpy.uint8).__array_interface__["data"][0])


def _written(places: set[_Range]) -> bool:
    """Whether a page of these private maps of files was written: then it is the process's own."""
    if not places:
        return False
    dirty = [found for found, own in _mappings("/proc/self/smaps") if own]
    return any(low < start + size and start < high for low, high in dirty for start, size in places)


def _mappings(path: str) -> list[tuple[_Range, int]]:
    """Addresses of the private, writable maps of files, and how many KiB of each are the process's own."""
    found: list[tuple[_Range, int]] = []
    current = None
    try:
        with open(path, "rb") as file:
            lines = file.readlines()
    except OSError:
        return []
    for line in lines:
        words = line.split(None, 5)
        if b"-" in words[0] and len(words) >= 5:
            current = None
            if words[1][3:4] == b"p" and words[1][1:2] == b"w" and words[4] != b"0":
                low, _, high = words[0].partition(b"-")
                current = len(found)
                found.append(((int(low, 16), int(high, 16)), 0))
        elif current is not None and words[0] == b"Anonymous:":
            found[current] = found[current][0], int(words[1])
    return found
