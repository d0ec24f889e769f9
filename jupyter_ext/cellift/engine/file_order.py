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
    """``earlier`` of the document used ``file`` while or after ``later`` wrote it: what it saw cannot be told."""

    earlier: str
    later: str
    file: str


def too_early(order: Sequence[str], uses: Mapping[str, FileUse]) -> dict[str, dict[str, str]]:
    """``{reader: {writer: file}}``: readers that have to run again after a writer that the document has before them."""
    found: dict[str, dict[str, str]] = {}
    for writer, reader in _pairs(order, uses):
        shared = uses[writer].written & uses[reader].read
        if shared and uses[reader].started < uses[writer].finished:
            found.setdefault(reader, {})[writer] = min(shared)
    return found


def clashes(order: Sequence[str], uses: Mapping[str, FileUse]) -> list[Clash]:
    """Files that a step wrote before an earlier step of the document was done with them."""
    return [
        Clash(earlier, later, file)
        for earlier, later in _pairs(order, uses)
        if uses[later].started < uses[earlier].finished
        for file in sorted(uses[later].written & (uses[earlier].read | uses[earlier].written))
    ]


def _pairs(order: Sequence[str], uses: Mapping[str, FileUse]) -> list[tuple[str, str]]:
    """Every two steps that have reported, the earlier one of the document first."""
    seen = [task for task in order if task in uses]
    return [(one, other) for at, one in enumerate(seen) for other in seen[at + 1 :]]
