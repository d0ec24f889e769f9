"""Whose files a step takes, where steps do not share a folder: of every step above that may write what it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cellift.notebook.files.names import FileNames
from cellift.notebook.files.paths import ANY
from cellift.notebook.files.used import FileAct, FileUse
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.graph import Edge, EdgeName, Place, Step
from cellift.notebook.state.names import FILES
from cellift.notebook.wiring import Plan

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_PACKAGE = "__init__.py"
_MOST_PAIRS = 500


class Absent(NamedTuple):
    """A file that a step reads, that no step is seen to write, and that does not lie beside the notebook."""

    statement: Statement
    act: FileAct


class FileTravel:
    """``sources``: step -> the steps above it whose files it takes. ``absent``: step -> why it takes those of all."""

    def __init__(self, plans: Mapping[int, Plan], use: FileUse, project: Project | None) -> None:
        self._project = project
        acts = {owner: _acts_of(plan, use) for owner, plan in plans.items()}
        self._written = FileNames()
        self._new: dict[str, bool] = {}
        for owner, found in acts.items():
            for name in found.written:
                self._written.add(name, owner)
        self.sources: dict[int, tuple[int, ...]] = {}
        self.absent: dict[int, Absent] = {}
        order = sorted(plans)
        for place, owner in enumerate(order):
            absent = self._absent(acts[owner].read, owner) if place else None
            if absent is not None:
                self.absent[owner] = absent
                self.sources[owner] = tuple(order[:place])
                continue
            writers = set().union(*map(self._writers, acts[owner].each))
            taken = sorted(source for source in writers if source < owner)
            if taken:
                self.sources[owner] = tuple(taken)

    def _writers(self, act: FileAct) -> AbstractSet[int]:
        """The steps, wherever they stand, that may write what ``act`` uses."""
        if not act.exact:
            return self._written.may_mean(act.name)
        found = self._written.of(act.name, _PACKAGE)
        anything = self._written.of(ANY)
        return found | anything if anything and self._is_new(act) else found

    def _is_new(self, act: FileAct) -> bool:
        """Whether an import is of a module that is not there yet: what writes any file may make it."""
        if act.path not in self._new:
            self._new[act.path] = bool(self._project is not None and act.path and self._project.find(act.path) is None)
        return self._new[act.path]

    def _absent(self, acts: Sequence[tuple[Statement, FileAct]], owner: int) -> Absent | None:
        if self._project is None or self._project.folder is None:
            return None
        for statement, act in acts:
            seen = any(writer <= owner for writer in self._written.may_mean(act.name))
            if not seen and not (self._project.folder / act.path).exists():
                return Absent(statement, act)
        return None


class _Acts(NamedTuple):
    """What a step does with files: each name once, those that it writes, and plain files below that it surely reads."""

    each: tuple[FileAct, ...]
    written: frozenset[str]
    read: tuple[tuple[Statement, FileAct], ...]


def _acts_of(plan: Plan, use: FileUse) -> _Acts:
    key = [use.of(statement) for statement in plan.statements]
    known = plan.found.get("file acts")
    if known is None or known[0] != key:
        acts = list(_acts(plan, use))
        each = {(act.name, act.exact, act.path): act for _, act in acts}
        written = frozenset(act.name for _, act in acts if act.writes)
        read = [(one, act) for one, act in acts if not (act.writes or act.exact) and act.sure and _is_below(act.path)]
        known = plan.found["file acts"] = (key, _Acts(tuple(each.values()), written, tuple(read)))
    found: _Acts = known[1]
    return found


def _acts(plan: Plan, use: FileUse) -> Iterable[tuple[Statement, FileAct]]:
    for statement in plan.statements:
        for act in use.of(statement):
            if not (statement.travel is Travel.REPLAY and act.writes):  # else every step does it for itself
                yield statement, act
        if statement.facts.outside is not None:
            for name in (ANY, *statement.facts.files):
                for writes in (False, True):
                    yield statement, FileAct(name, writes, statement.facts.outside, sure=False)


def _is_below(path: str) -> bool:
    """Whether a name is one plain file below the working folder."""
    return bool(path) and ANY not in path and not path.startswith(("/", "~", "..")) and path.rstrip("/.") != ""


def with_file_sources(steps: Sequence[Step], travel: FileTravel, ids: Mapping[int, str]) -> tuple[Step, ...]:
    """The steps, each with the ids of those whose files it takes, in the order of the document.

    Where these would be too many for a pipeline, each hands on what it got to the next one that uses files.
    """
    sources = travel.sources
    chained = sum(map(len, sources.values())) > _MOST_PAIRS
    if chained:
        users = sorted({*sources, *(source for found in sources.values() for source in found)})
        sources = {owner: (above,) for above, owner in pairwise(users)}
    by_id = {ids[owner]: tuple(ids[source] for source in found) for owner, found in sources.items()}
    return tuple(
        replace(step, file_sources=by_id[step.id], hands_on_files=chained) if step.id in by_id else step
        for step in steps
    )


def with_absent_files(
    edges: Sequence[Edge], travel: FileTravel, ids: Mapping[int, str], names: Mapping[int, str]
) -> list[Edge]:
    """``edges`` with those added that let a step wait for whoever may write a file that nobody is seen to write."""
    found = {(edge.source, edge.target): edge for edge in edges}
    for owner, absent in travel.absent.items():
        place = Place(absent.statement.code.cell.id, absent.act.use.line)
        reason = f"{names[owner]} reads `{absent.act.path}`, which is not there yet and no step is seen to write"
        for source in travel.sources[owner]:
            key = (ids[source], ids[owner])
            known = found[key].names if key in found else ()
            if not known:
                found[key] = Edge(*key, (*known, EdgeName(FILES, place, place, reason)))
    order = {identifier: index for index, identifier in ids.items()}
    return sorted(found.values(), key=lambda edge: (order[edge.target], order[edge.source]))
