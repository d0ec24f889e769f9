"""The state of the git work tree that a notebook is in."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from cellift.supervise.spawn import spawn
from cellift.supervise.sweep import kill

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.engine.record import Record
    from cellift.supervise.children import Children
    from cellift.supervise.loop import Loop

GIT_SECONDS = 1.0


def note_commit(notebook: Path, folder: Path, record: Record, loop: Loop, children: Children) -> None:
    """Ask git for the commit of the notebook, beside the steps; what comes too late is left out."""
    answer = folder / "tasks" / "git.txt"
    try:
        command = git_command(str(notebook.parent), notebook.name)
        pid = spawn(command, env=os.environ, cwd=str(folder), log=str(answer))
    except OSError:
        return  # no git here

    def on_exit(code: int) -> None:
        status = parse_status(answer.read_text(errors="replace")) if code == 0 else None
        if status is not None:
            record.write("run.source", git=status)

    def give_up() -> None:
        if pid in children.known:
            kill(pid, signal.SIGKILL)

    children.watch(pid, on_exit)
    loop.call_later(GIT_SECONDS, give_up)


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
