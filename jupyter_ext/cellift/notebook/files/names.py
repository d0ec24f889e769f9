"""Who uses which file names: each name is asked for once, so thousands of steps are not held against each other."""

from __future__ import annotations

from cellift.notebook.files.paths import ANY, overlap


class FileNames:
    """The owners of file names. Names are added first, then asked for."""

    def __init__(self) -> None:
        self._owners: dict[str, set[int]] = {}
        self._loose: set[str] = set()
        self._asked: dict[str, frozenset[int]] = {}

    def add(self, name: str, owner: int) -> None:
        """``owner`` uses ``name``, which may have ``*`` in it."""
        self._owners.setdefault(name, set()).add(owner)
        if ANY in name:
            self._loose.add(name)

    def of(self, *names: str) -> set[int]:
        """Owners of exactly these names."""
        return set().union(*(self._owners.get(name, ()) for name in names))

    def may_mean(self, name: str) -> frozenset[int]:
        """Owners of names that may mean the same file as ``name``."""
        if name not in self._asked:
            others = self._owners if ANY in name else {name, *self._loose}
            self._asked[name] = frozenset(self.of(*(other for other in others if overlap(other, name))))
        return self._asked[name]
