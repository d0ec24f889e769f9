"""Modules found as files, as Python's import system would find them. Nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_MOST_SOURCE = 8 << 20


class Found(NamedTuple):
    """A module's name and file. ``file`` is None for a namespace package, which has only ``folders``."""

    name: str
    file: Path | None
    folders: tuple[Path, ...] = ()

    @property
    def is_package(self) -> bool:
        """Whether it can have submodules."""
        return bool(self.folders)

    @property
    def package(self) -> str:
        """What a relative import of one dot means in it."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def find_module(name: str, folders: Sequence[str | Path]) -> Found | None:
    """The module *name* (dotted) below the first of *folders* that has it."""
    places: list[Path] = [Path(folder) for folder in folders]
    found: Found | None = None
    parts = name.split(".")
    for place, part in enumerate(parts):
        if not part.isidentifier():
            return None
        found = _find_one(".".join(parts[: place + 1]), part, places)
        if found is None:
            return None
        places = list(found.folders)
    return found


def _find_one(name: str, part: str, places: Sequence[Path]) -> Found | None:
    portions: list[Path] = []
    for place in places:
        folder = place / part
        if (folder / "__init__.py").is_file():
            return Found(name, folder / "__init__.py", (folder,))
        if (place / f"{part}.py").is_file():
            return Found(name, place / f"{part}.py")
        stub = place / f"{part}.pyi"
        if stub.is_file():
            return Found(name, stub)
        if _has_extension(place, part):
            return Found(name, place / f"{part}.so")
        if folder.is_dir():
            portions.append(folder)
    return Found(name, None, tuple(portions)) if portions else None


def _has_extension(place: Path, part: str) -> bool:
    try:
        names = os.listdir(place)  # noqa: PTH208 - a large folder is only looked through
    except OSError:
        return False
    return any(name == f"{part}.so" or (name.startswith(f"{part}.") and name.endswith(".so")) for name in names)


def read_source(file: Path) -> str | None:
    """The text of a Python file, None when it cannot be read as one."""
    import io
    import tokenize

    try:
        if file.suffix not in (".py", ".pyi") or file.stat().st_size > _MOST_SOURCE:
            return None
        data = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (OSError, SyntaxError, UnicodeDecodeError, LookupError):
        return None


def absolute_name(module: str | None, level: int, package: str) -> str | None:
    """The full name of what ``from ..module import`` means inside *package*; None when it goes too far up."""
    if level == 0:
        return module
    parts = package.split(".") if package else []
    if level - 1 >= len(parts):
        return None
    parts = parts[: len(parts) - (level - 1)]
    return ".".join([*parts, module] if module else parts)
