"""Whether steps used files of the working folder in the order of the document. Pure.

Names are relative paths, as the steps reported them; what lies outside the working folder is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class FileUse:
    """What the latest finished attempt of a step did with files, and when it ran."""

    started: float
    finished: float
    read: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clash:
    """``earlier`` of the document read ``file`` while or after ``later`` wrote it: what it saw cannot be told."""

    earlier: str
    later: str
    file: str


def too_early(order: Sequence[str], uses: Mapping[str, FileUse]) -> dict[str, dict[str, str]]:
    """``{user: {writer: file}}``: tasks that have to run again after a writer that the document has before them.

    Those that read the file, or wrote over it: the later one of the document has the last word.
    """
    found: dict[str, dict[str, str]] = {}
    place = {task: at for at, task in enumerate(order)}
    users = _by_file(place, {task: use.read | use.written for task, use in uses.items()})
    for file, writers in sorted(_by_file(place, {task: use.written for task, use in uses.items()}).items()):
        for writer in writers:
            for user in users[file]:
                if place[writer] < place[user] and uses[user].started < uses[writer].finished:
                    found.setdefault(user, {}).setdefault(writer, file)
    return found


def clashes(
    order: Sequence[str], uses: Mapping[str, FileUse], discarded: Mapping[str, Sequence[FileUse]] | None = None
) -> list[Clash]:
    """Files that a step wrote, also in an attempt that was ``discarded``, before an earlier step had read them."""
    place = {task: at for at, task in enumerate(order)}
    readers = _by_file(place, {task: use.read for task, use in uses.items()})
    writing = [*uses.items(), *((task, use) for task, past in (discarded or {}).items() for use in past)]
    found = {
        Clash(earlier, later, file)
        for later, wrote in writing
        for file in wrote.written
        for earlier in readers.get(file, ())
        if place[earlier] < place[later] and wrote.started < uses[earlier].finished
    }
    return sorted(found, key=lambda clash: (place[clash.earlier], place[clash.later], clash.file))


def leftovers(uses: Mapping[str, FileUse], discarded: Mapping[str, Sequence[FileUse]]) -> list[tuple[str, str]]:
    """``(task, file)``: what a discarded attempt of a task wrote, and neither its last one nor any task wrote again."""
    found = []
    for task, use in uses.items():
        for past in discarded.get(task, ()):
            later = frozenset().union(*(one.written for one in uses.values() if one.finished > past.finished))
            found += [(task, file) for file in sorted(past.written - use.written - later)]
    return found


def _by_file(place: Mapping[str, int], files: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """File -> the tasks that have it, in the order of the document."""
    found: dict[str, list[str]] = {}
    for task in sorted(files, key=place.__getitem__):
        for file in files[task]:
            found.setdefault(file, []).append(task)
    return found
