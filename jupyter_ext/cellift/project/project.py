"""What analysis may know of the files beside a notebook: a snapshot, taken once, so that analysis stays pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """The folder of a notebook. ``local_modules`` are the modules and packages that an import finds there first."""

    folder: Path
    local_modules: frozenset[str] = frozenset()


def read_project(folder: Path) -> Project:
    """List the importable names in ``folder``; an unreadable folder has none."""
    names: set[str] = set()
    try:
        entries = list(folder.iterdir())
    except OSError:
        entries = []
    for entry in entries:
        if entry.suffix == ".py" and entry.stem.isidentifier():
            names.add(entry.stem)
        elif entry.name.isidentifier() and (entry / "__init__.py").is_file():
            names.add(entry.name)
    return Project(folder, frozenset(names))
