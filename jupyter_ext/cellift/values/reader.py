"""Read values back, one group at a time and only when asked."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Iterator, Mapping

from .arrays import read_array
from .errors import CannotReadError, DamagedError
from .hashed_file import file_digest
from .in_modules import known
from .pickles import read_pickle
from .private_maps import Region
from .rebuild_code import made
from .writer import INDEX, VERSION


class Reader:
    """The values of a folder that :func:`cellift.values.write` made: ``Reader(folder)["x"]``.

    A group is read when the first of its names is asked for, and kept, so that names that shared objects still do.
    Unknown names are a :class:`KeyError` that lists the known ones; damage is a :class:`DamagedError`, a value whose
    class is missing here a :class:`CannotReadError`.

    ``recorded``: name -> digest as the run's journal has it. A file is then only unpickled when it has the digest that
    was recorded for the name, whatever the index beside the file says.
    """

    def __init__(self, folder: str | os.PathLike[str], recorded: Mapping[str, str] | None = None) -> None:
        self._recorded = recorded
        self.folder = os.fspath(folder)
        path = os.path.join(self.folder, INDEX)
        try:
            with open(path, encoding="utf-8") as file:
                self.index: dict[str, Any] = json.load(file)
        except FileNotFoundError as error:
            raise DamagedError(f"There are no values in {self.folder}.") from error
        except ValueError as error:
            raise DamagedError(f"The index of values {path} cannot be read ({error}).") from error
        if self.index.get("v") != VERSION:
            raise DamagedError(
                f"The values in {self.folder} have format {self.index.get('v')}, this version reads {VERSION}."
            )
        self._loaded: dict[int, dict[str, Any]] = {}
        self._regions: dict[int, list[Region]] = {}
        self._of_modules: set[str] = set()
        self.needs: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        """Name -> the functions in its group that are read by value, each with the global names that it looks up."""

    def __getitem__(self, name: str) -> Any:
        if name not in self.index["names"]:
            known = ", ".join(self.index["names"]) or "none"
            raise KeyError(f"no value named {name!r} here; there are: {known}")
        position = self.index["names"][name]["group"]
        if position not in self._loaded:
            regions = self._regions[position] = []
            self._loaded[position] = self._load(self.index["groups"][position], name, regions)
        return self._loaded[position][name]

    def take(self, name: str) -> Any:
        """As ``reader[name]``, once: the caller has the only reference then, as a notebook has."""
        self[name]
        return self._loaded[self.index["names"][name]["group"]].pop(name)

    def group(self, name: str) -> dict[str, Any]:
        """All values of the group that ``name`` is in, as they were read: the same objects each time."""
        self[name]
        return self._loaded[self.index["names"][name]["group"]]

    def has_variables(self, name: str) -> bool:
        """Whether the group of ``name``, which was read, holds what a module has."""
        return name in self._of_modules

    def regions(self, name: str) -> list[Region]:
        """The maps through which the group of ``name`` was read."""
        return self._regions.get(self.index["names"][name]["group"], [])

    def __contains__(self, name: object) -> bool:
        return name in self.index["names"]

    def __iter__(self) -> Iterator[str]:
        return iter(self.index["names"])

    def __len__(self) -> int:
        return len(self.index["names"])

    def _load(self, group: dict[str, Any], name: str, regions: list[Region]) -> dict[str, Any]:
        path = os.path.join(self.folder, group["file"])
        names: list[str] = group["names"]
        what = ", ".join(f"`{name}`" for name in names)
        try:
            size = os.stat(path).st_size
        except FileNotFoundError as error:
            raise DamagedError(f"The file of {what} is missing: {path}.") from error
        if size != group["bytes"]:
            raise DamagedError(f"The file of {what} has {size:,} bytes, {group['bytes']:,} were written: {path}.")
        if group["format"] == "npy":
            # No digest here: reading numbers runs no code, and a map is read only where it is looked at.
            try:
                return {names[0]: read_array(path, size, group["writeable"], regions)}
            except ImportError as error:
                raise CannotReadError(names[0], error) from error
        digest = group["digest"] if self._recorded is None else self._recorded.get(name)
        if file_digest(path) != digest:
            raise DamagedError(f"The file of {what} is not what the step wrote (its digest differs): {path}.")
        del made[:]
        asked = known.asked
        found = read_pickle(path, names, regions)
        if known.asked > asked:
            self._of_modules.update(names)
        self.needs.update({each: list(made) for each in names})
        return {names[0]: sys.intern(found[names[0]])} if group.get("interned") else found
