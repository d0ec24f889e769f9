"""Which distribution a module comes from, by the metadata in the environment's folders. Nothing is imported."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_EXTENSION = re.compile(r"\.[^/]*(?:so|pyd)$")
_FIRST = re.compile(r"^\"?([^/,\n\"]+)(/[^/,\n\"]+)?", re.MULTILINE)
_METADATA = (".dist-info", ".egg-info")


class Distribution(NamedTuple):
    """Something installed: its name as package indexes spell it, its version, the folder of its metadata."""

    name: str
    version: str
    info: str

    @property
    def pin(self) -> str:
        """What an installer is asked for."""
        return f"{self.name}=={self.version}"

    def origin(self) -> str | None:
        """Where it was installed from when that is no package index: a folder, a repository, a file; else None."""
        try:
            with open(os.path.join(self.info, "direct_url.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                found = json.load(file)
            url = str(found["url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if "vcs_info" in found:
            return f"{found['vcs_info'].get('vcs', 'git')}+{url}"
        path = url.removeprefix("file://")
        if url == path:
            return url
        # What conda installs was built from a folder of the machine that built it.
        return path if os.path.exists(path) else None  # noqa: PTH110


def providers(modules: Iterable[str], folders: Sequence[str]) -> dict[str, tuple[Distribution, ...]]:
    """Full module name -> the distributions that it comes from, for those that come from one."""
    found: dict[str, tuple[Distribution, ...]] = {}
    for module in modules:
        top, _, rest = module.partition(".")
        for folder in folders:
            stamp = _stamp(folder)
            if stamp is None:
                continue
            brought = _of_that_name(folder, stamp, top) or _contents(folder, stamp).get(top)
            if brought:
                found[module] = _of_part(brought, top, rest.partition(".")[0])
                break
    return found


def distribution(name: str, folders: Sequence[str]) -> Distribution | None:
    """The distribution of that name in the first folder that has it."""
    for folder in folders:
        stamp = _stamp(folder)
        for one in _listed(folder, stamp) if stamp is not None else ():
            if one.name == _normal(name):
                return one
    return None


def editable(module: str, file: str | None, folders: Sequence[str]) -> Distribution | None:
    """The distribution that was installed as a link to the folder that has the module."""
    top = module.partition(".")[0]
    for folder in folders:
        stamp = _stamp(folder)
        for one in _listed(folder, stamp) if stamp is not None else ():
            place = one.origin()
            if place is None:
                continue
            if file is not None and file.startswith(place.rstrip("/") + "/"):
                return one
            if top in _lines(os.path.join(one.info, "top_level.txt")):  # noqa: PTH118
                return one
    return None


def installed(folders: Sequence[str]) -> tuple[Distribution, ...]:
    """All distributions of the folders."""
    stamps = ((folder, _stamp(folder)) for folder in folders)
    return tuple(one for folder, stamp in stamps if stamp is not None for one in _listed(folder, stamp))


def _stamp(folder: str) -> int | None:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return None


def _of_that_name(folder: str, stamp: int, top: str) -> dict[Distribution, set[str]] | None:
    """Most modules come from the distribution of their name: no need to look into the others then."""
    for one in _by_name(folder, stamp).get(_normal(top), ()):
        parts = _tops(one).get(top)
        if parts is not None and "__init__" in parts:
            return {one: parts}
    return None


def _of_part(brought: dict[Distribution, set[str]], top: str, part: str) -> tuple[Distribution, ...]:
    """Several distributions share the first name: the one that has the second, and the one that has the package."""
    if len(brought) == 1:
        return tuple(brought)
    chosen = {one for one, parts in brought.items() if "__init__" in parts or (part and part in parts)}
    if not part and not chosen:
        chosen = {one for one in brought if one.name == _normal(top)}
    return tuple(sorted(chosen))


@lru_cache(maxsize=16)
def _listed(folder: str, _stamp: int) -> tuple[Distribution, ...]:
    found = []
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if not name.endswith(_METADATA):
            continue
        stem = name.rpartition(".")[0]
        if name.endswith(".egg-info"):
            stem = re.sub(r"-py\d[\d.]*$", "", stem)
        stem, _, version = stem.rpartition("-")
        if stem:
            found.append(Distribution(_normal(stem), version, os.path.join(folder, name)))  # noqa: PTH118
    return tuple(found)


@lru_cache(maxsize=16)
def _by_name(folder: str, stamp: int) -> dict[str, list[Distribution]]:
    found: dict[str, list[Distribution]] = {}
    for one in _listed(folder, stamp):
        found.setdefault(one.name, []).append(one)
    return found


@lru_cache(maxsize=8)
def _contents(folder: str, stamp: int) -> dict[str, dict[Distribution, set[str]]]:
    """First part of a module's name -> what brings it, with the second parts that it brings."""
    found: dict[str, dict[Distribution, set[str]]] = {}
    for one in _listed(folder, stamp):
        for top, parts in _tops(one).items():
            found.setdefault(top, {})[one] = parts
    return found


@lru_cache(maxsize=4096)
def _tops(one: Distribution) -> dict[str, set[str]]:
    """First part -> second parts of the modules in a distribution; ``__init__`` when it is a package of its own."""
    found: dict[str, set[str]] = {}
    record = _text(os.path.join(one.info, "RECORD")) or _text(os.path.join(one.info, "installed-files.txt"))  # noqa: PTH118
    for first, rest in set(_FIRST.findall(record)):
        if not rest:
            stem = first.removesuffix(".py") if first.endswith(".py") else _EXTENSION.sub("", first)
            if stem != first and stem.isidentifier():
                found.setdefault(stem, set()).add("__init__")
        elif first.isidentifier():
            part = rest[1:]
            part = part.removesuffix(".py") if part.endswith(".py") else _EXTENSION.sub("", part)
            found.setdefault(first, set()).add(part)
    if not record:
        for line in _lines(os.path.join(one.info, "top_level.txt")):  # noqa: PTH118
            found.setdefault(line, set()).add("__init__")
    return {top: parts for top, parts in found.items() if not top.startswith("__")}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(file: str) -> list[str]:
    return [line.strip() for line in _text(file).splitlines() if line.strip()]


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
