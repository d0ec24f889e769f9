"""The state of the git work tree that a notebook is in."""

from __future__ import annotations

from typing import Any


def git_command(folder: str, file: str) -> list[str]:
    """What to run for :func:`parse_status`; takes no locks, asks nobody anything."""
    return [
        "git",
        "--no-optional-locks",
        "-C",
        folder,
        "status",
        "--porcelain=v2",
        "--branch",
        "--untracked-files=normal",
        "--",
        file,
    ]


def parse_status(text: str) -> dict[str, Any] | None:
    """``{"commit", "branch", "dirty"}``; ``dirty`` is about the notebook alone. None when there is no commit."""
    commit = branch = None
    dirty = False
    for line in text.splitlines():
        if line.startswith("# branch.oid "):
            commit = line.split()[2]
        elif line.startswith("# branch.head "):
            branch = line.split(" ", 2)[2]
        elif line and not line.startswith("#"):
            dirty = True
    if commit is None or commit == "(initial)":
        return None
    return {"commit": commit, "branch": None if branch == "(detached)" else branch, "dirty": dirty}
