"""What the steps of a run have reported, and what follows from it for the others. Pure: no process, no clock.

``Reports`` is told when an attempt of a task starts and how it ended. ``plan`` gives the task with the inputs that it
has to start from now; ``verdict`` says which tasks have to run again, and what cannot be put right by running again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import STEP_PARAMETER
from cellift.engine.file_order import FileUse, clashes, leftovers, too_early
from cellift.engine.holding import may_matter, to_write_together
from cellift.engine.rerun_words import TOGETHER, Words
from cellift.engine.revision import PRINTED, STATE, revised_inputs, taken_up, to_run_again
from cellift.engine.sourcing import resourced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Sources = dict[str, str]

NEED = "need:"
"""A task that has to come first although no name of it is taken."""
FILE = "file:"
"""A file that the task had used before an earlier task of the document had written it."""


@dataclass
class _Told:
    """What is known of one task. ``sources`` and ``started`` are those of the attempt that began last."""

    task: Mapping[str, Any]
    outputs: frozenset[str]
    states: frozenset[str]
    """States of generators and of modules that the task is declared to hand on."""
    attempt: int = 1
    sources: dict[str, tuple[str, int]] | None = None
    started: float = 0.0
    changed: frozenset[str] = frozenset()
    drew: frozenset[str] = frozenset()
    """States that it takes up where steps above leave them: as its source shows, or any of its attempts told."""
    printed: bool = False
    """Whether modules have printed while an attempt of it imported them: those above may have imported them before."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Name -> the file of its values folder that it is in."""
    origins: dict[str, str] = field(default_factory=dict)
    """Names that it changed or holds, but did not take itself -> the task that is declared to make them."""
    spent: frozenset[str] = frozenset()
    """What it changed unseen and does not hand on, since the name means another object by now."""
    holds: frozenset[str] = frozenset()
    """Of what it was asked about and did not change itself: what its outputs are, or share objects with."""
    together: bool = False
    """Whether it has to hand that on with its outputs, because a step further down changes one of them unseen."""
    held: dict[str, str] = field(default_factory=dict)
    use: FileUse | None = None
    discarded: list[FileUse] = field(default_factory=list)


@dataclass(frozen=True)
class Hazard:
    """Why running again cannot give what the notebook gives. ``message`` names steps, file and fix."""

    task: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """``again``: task -> why. ``news``: (task, sentence) about changes that steps further down start from."""

    again: Mapping[str, str]
    hazards: Sequence[Hazard]
    news: Sequence[tuple[str, str]]


class Reports:
    """The tasks of a plan, in the order of the document (their ``order``)."""

    def __init__(self, tasks: Sequence[Mapping[str, Any]], exists: Callable[[str], bool]) -> None:
        """``exists`` tells whether a file (a path below the working folder) is there."""
        ordered = sorted(tasks, key=lambda task: task["order"])
        self._exists = exists
        self._told = {task["id"]: _told(task) for task in ordered}
        self.order = list(self._told)
        self._words = Words({task["id"]: task["name"] for task in ordered})
        self._declared = {task["id"]: dict(task["inputs"]) for task in ordered}
        self._now = {task: self._sources(task, taken) for task, taken in self._declared.items()}
        self._spoken: set[tuple[str, str]] = set()
        # A run in which nothing is changed and no file is written has no more to do here.
        self._eventful = False

    # -- what the run tells ------------------------------------------------------------------------------------------

    def start(self, task: str, now: float) -> None:
        """An attempt of ``task`` begins with the inputs of :meth:`plan`."""
        told = self._told[task]
        told.sources = {name: (by, self._told[by].attempt) for name, by in self._now[task].items()}
        told.started = now

    def finish(self, task: str, result: Mapping[str, Any], files: FileUse) -> None:
        """The attempt succeeded; ``result`` is its ``result.json``."""
        told = self._told[task]
        told.use = files
        told.groups = {item["name"]: item.get("file", "") for item in result.get("outputs", ())}
        told.changed = frozenset(result.get("changed", ()))
        taken = _taken(told)
        # What came in one file with something that it took is as that step has left it.
        told.drew |= {name for name in taken_up(told.changed) if not self._beside(name, taken)}
        told.printed |= PRINTED in told.changed
        told.spent = frozenset(result.get("spent", ()))
        told.holds = frozenset(result.get("holds", ()))
        told.origins = self._origins(task, told)
        self._eventful = self._eventful or bool(told.changed or told.spent or files.written)

    def end(self, task: str, files: FileUse) -> None:
        """The attempt failed or was ended: it changed no values, but maybe files."""
        told = self._told[task]
        told.use = files
        told.changed, told.spent, told.holds, told.origins = frozenset(), frozenset(), frozenset(), {}
        self._eventful = self._eventful or bool(files.written)

    def again(self, task: str) -> int:
        """``task`` is to run again: what its last attempt gave is void. The number of the next attempt."""
        told = self._told[task]
        told.attempt += 1
        told.sources = None
        if told.use is not None:
            told.discarded.append(told.use)
            told.use = None
        return told.attempt

    def started(self, task: str) -> float:
        """When the last attempt of ``task`` began."""
        return self._told[task].started

    # -- what follows ------------------------------------------------------------------------------------------------

    def plan(self, task: str) -> dict[str, Any]:
        """The task of the plan with the inputs that hold now."""
        taken = {name: by for name, by in self._now[task].items() if not name.startswith((NEED, FILE, TOGETHER))}
        holders = {one: names | self._told[one].changed for one, names in self._held().items()}
        watched = {*self._watched(task, taken), *may_matter(task, self.order, self._declared, holders)}
        beside = {name: self._beside(name, taken) for name in watched}
        meant = {name: found[-1] for name, found in beside.items() if len(found) > 1}
        found = resourced(self._told[task].task, taken, watched, meant, together=self._told[task].together)
        return {**found, "needs": sorted({*found["needs"], *self._told[task].held.values()})}

    def verdict(self, void: Sequence[str] = ()) -> Verdict:
        """What has to be done after the last report. ``void``: attempts that were ended on the way, to be made again.

        Their reason is empty when they would not have had to be ended, as it turned out.
        """
        if not self._eventful:
            return Verdict({}, (), ())
        uses = {task: told.use for task, told in self._told.items() if told.use is not None}
        for reader, writers in too_early(self.order, uses).items():
            for writer, file in writers.items():
                self._told[reader].held[FILE + file] = writer
        for task in to_write_together(self.order, self._objects(), self._changed(), self._held()):
            self._told[task].together = True
        inputs = revised_inputs(
            self.order,
            self._origins_of_all(),
            {task: told.changed for task, told in self._told.items()},
            {task: told.drew | {PRINTED} for task, told in self._told.items()},
            {task: told.states for task, told in self._told.items()},
        )
        for task, taken in inputs.items():
            for name in self._told[task].origins.keys() - self._declared[task].keys():
                taken.pop(name, None)
            self._leave_printed(self._told[task], taken)
            self._now[task] = self._sources(task, taken)
        begun = {task: told.sources for task, told in self._told.items() if told.sources is not None}
        attempts = {task: told.attempt for task, told in self._told.items()}
        found = to_run_again(self.order, self._now, begun, attempts)
        chosen = [task for task in self.order if task in found or task in void]
        reasons = {task: self._words.why(self._now[task], begun[task]) if task in found else "" for task in chosen}
        return Verdict(reasons, self._hazards(uses, chosen), self._news())

    # -- pieces ------------------------------------------------------------------------------------------------------

    def _sources(self, task: str, taken: Mapping[str, str]) -> Sources:
        told = self._told[task]
        found = {**taken, **{NEED + need: need for need in told.task["needs"]}, **told.held}
        return {**found, TOGETHER: task} if told.together else found

    def _leave_printed(self, told: _Told, taken: Sources) -> None:
        """A step that has begun and saw no module print needs not begin again for what others saw."""
        if told.sources is not None and not told.printed:
            taken.pop(PRINTED, None)
            taken.update({name: by for name, by in _taken(told).items() if name == PRINTED})

    def _held(self) -> dict[str, frozenset[str]]:
        """Of the tasks whose latest attempt is over: what their outputs hold of what they took."""
        return {task: told.holds for task, told in self._told.items() if told.use is not None}

    def _changed(self) -> dict[str, frozenset[str]]:
        return {task: told.changed | told.spent for task, told in self._told.items()}

    def _origins_of_all(self) -> dict[str, dict[str, str]]:
        """Task -> names that it took, changed or holds -> the task that is declared to make them."""
        return {task: {**self._told[task].origins, **taken} for task, taken in self._declared.items()}

    def _objects(self) -> dict[str, dict[str, frozenset[tuple[str, str]]]]:
        """Task -> name that it changed or holds -> maker and file of all that it found in one file with it."""
        return {
            task: {name: self._object(told, name) for name in (told.changed | told.spent | told.holds)}
            for task, told in self._told.items()
        }

    def _object(self, told: _Told, name: str) -> frozenset[tuple[str, str]]:
        taken = _taken(told)
        beside = [taken[name]] if name in taken else self._beside(name, taken)[-1:]
        found = set()
        for by in beside:
            groups = self._told[by].groups
            for one in (one for one, file in groups.items() if file == groups.get(name)):
                maker = self._origin(by, one)
                found.add((maker, self._told[maker].groups.get(one, one)))
        return frozenset(found)

    def _watched(self, task: str, taken: Mapping[str, str]) -> list[str]:
        """Names that share a file with an input, and are taken further down or held by a task above: a change of the
        input changes them."""
        companions = set()
        for name, by in taken.items():
            groups = self._told[by].groups
            group = [one for one, file in groups.items() if file and file == groups.get(name)]
            if len(group) > 1:
                companions |= {(one, self._origin(by, one)) for one in group}
        later = self.order[self.order.index(task) + 1 :]
        wanted = {pair for other in later for pair in self._declared[other].items()}
        origins = self._origins_of_all()
        for other in self.order[: self.order.index(task)]:
            wanted |= {(name, origins[other].get(name, "")) for name in self._told[other].holds}
        return sorted({name for name, _ in companions & wanted})

    def _origin(self, by: str, name: str) -> str:
        """The task that is declared to make the ``name`` that is in the values of ``by``."""
        if name in self._told[by].outputs:
            return by
        return self._declared[by].get(name) or self._told[by].origins.get(name, by)

    def _beside(self, name: str, taken: Mapping[str, str]) -> list[str]:
        """Tasks in whose values ``name`` shares a file with a name that is ``taken`` from there, the one whose ``name``
        means what it meant last at the end.

        What it meant before is there by other names too, and whoever holds that is asked about those.
        """
        place = self.order.index
        groups = {by: self._told[by].groups for by in taken.values()}
        found = {by for one, by in taken.items() if name in groups[by] and groups[by][name] == groups[by].get(one)}
        return sorted(found, key=lambda by: (place(self._origin(by, name)), place(by)))

    def _origins(self, task: str, told: _Told) -> dict[str, str]:
        """For names that the task did not take: they share an object with one that it took, or with a change.

        The step that made the one made the other too, as far as that step kept it.
        """
        own = self._declared[task]
        taken = _taken(told)
        missing = [name for name in told.changed | told.holds if name not in own and not name.startswith(STATE)]
        return {name: self._origin(by, name) for name in missing for by in self._beside(name, taken)[-1:]}

    def _hazards(self, uses: Mapping[str, FileUse], again: Sequence[str]) -> list[Hazard]:
        found = []
        for task in again:
            use = uses.get(task)
            for file in sorted(use.read & use.written) if use is not None else ():
                found.append(Hazard(task, self._words.not_twice(task, file)))
        discarded = {task: told.discarded for task, told in self._told.items()}
        found += [
            Hazard(clash.earlier, self._words.clash(clash.earlier, clash.later, clash.file))
            for clash in clashes(self.order, uses, discarded)
        ]
        found += [
            Hazard(task, self._words.left(task, file))
            for task, file in leftovers(uses, discarded)
            if task not in again and self._exists(file)
        ]
        return found

    def _news(self) -> list[tuple[str, str]]:
        """A sentence for each task whose undeclared changes others start from, once for each name."""
        takers: dict[str, dict[str, list[str]]] = {}
        for task in self.order:
            for name, by in self._now[task].items():
                if name != PRINTED and name in self._told[by].changed and self._declared[task].get(name) != by:
                    takers.setdefault(by, {}).setdefault(name, []).append(task)
        news = []
        for by, names in takers.items():
            new = {name: tasks for name, tasks in names.items() if (by, name) not in self._spoken}
            self._spoken |= {(by, name) for name in new}
            if new:
                news.append((by, self._words.news(by, new)))
        return news


def _taken(told: _Told) -> Sources:
    """Name -> the task that the attempt which began last took it from."""
    return {name: by for name, (by, _) in (told.sources or {}).items()}


def _told(task: Mapping[str, Any]) -> _Told:
    step = json.loads(task["parameters"][STEP_PARAMETER]["value"])
    outputs = frozenset(step.get("outputs", ())) | frozenset(step.get("keep", ()))
    return _Told(task, outputs, taken_up(outputs), drew=frozenset(step.get("draws", ())))
