"""A run with steps that are scripts and a clock of its own: what the engine does with reports, without processes."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cellift.engine.file_order import FileUse
from cellift.engine.reports import Reports

GENERATOR = "state:numpy.random"


@dataclass(frozen=True)
class Script:
    """A step: ``makes`` groups of names that are one object each; ``mutates`` inputs and ``draws``, both unseen.

    ``shows``: its source shows that it draws (each step repeats the seed, and no step is declared to take it).
    ``holds``: a name that it makes -> the input whose object that is, which nobody sees either.
    """

    id: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    makes: tuple[tuple[str, ...], ...] = ()
    mutates: tuple[str, ...] = ()
    draws: bool = False
    holds: Mapping[str, str] = field(default_factory=dict)
    shows: bool = False


def plan_of(scripts: list[Script]) -> list[dict[str, Any]]:
    """The tasks of the engine's plan, ``later`` as the analysis computes it."""
    tasks = []
    for place, one in enumerate(scripts):
        below = {pair for other in scripts[place + 1 :] for pair in other.inputs.items()}
        producers = sorted(set(one.inputs.values()))
        shown = [GENERATOR] if one.shows else []
        step = {
            "inputs": dict(one.inputs),
            "artifacts": {producer: f"in-{producer}" for producer in producers},
            "outputs": [*(name for group in one.makes for name in group), *one.holds, *shown],
            "draws": shown,
            "later": sorted(name for name, _ in below & set(one.inputs.items())),
        }
        tasks.append(
            {
                "id": one.id,
                "name": one.id,
                "order": place,
                "inputs": dict(one.inputs),
                "needs": producers,
                "artifacts": {f"in-{producer}": {"task": producer, "key": "values"} for producer in producers},
                "parameters": {"cellift_step": {"value": json.dumps(step)}},
            }
        )
    return tasks


def in_order(scripts: list[Script]) -> dict[str, Any]:
    """What every step sees when the document is run from top to bottom."""
    objects: dict[str, list[str]] = {}
    generator: tuple[str, ...] = ("seed",)
    seen = {}
    for one in scripts:
        seen[one.id] = _seen(one, {name: tuple(objects[name]) for name in one.inputs}, generator)
        for name in one.mutates:
            objects[name].append(_mark(one, seen[one.id]))
        held = {name: objects[taken] for name, taken in one.holds.items()}
        for group in one.makes:
            made = [_mark(one, seen[one.id])]
            objects.update(dict.fromkeys(group, made))
        objects.update(held)
        if one.draws:
            generator = (*generator, one.id)
    return seen


class Simulation:
    """Runs the scripts as the engine does, as many at once as can, each for a random time."""

    def __init__(self, scripts: list[Script], seed: int) -> None:
        self.scripts = {one.id: one for one in scripts}
        self.reports = Reports(plan_of(scripts), lambda _file: False)
        self.attempts = dict.fromkeys(self.scripts, 1)
        self.reasons: list[tuple[str, str]] = []
        self.news: list[tuple[str, str]] = []
        self._random = random.Random(seed)
        self._folders: dict[str, list[dict[str, tuple[str, ...]]]] = {}
        self._states: dict[str, tuple[str, ...]] = {}
        self._running: dict[str, tuple[float, dict[str, Any]]] = {}
        self._done: dict[str, Any] = {}
        self._now = 0.0

    def go(self) -> dict[str, Any]:
        """What every step saw in the end."""
        while len(self._done) < len(self.scripts):
            for task in self.reports.order:
                if task not in self._done and task not in self._running and self._may_start(task):
                    self._start(task)
            task = min(self._running, key=lambda one: self._running[one][0])
            self._now, plan = self._running.pop(task)
            self._end(task, plan)
        return self._done

    def _may_start(self, task: str) -> bool:
        before = self.reports.order[: self.reports.order.index(task)]
        if self.attempts[task] > 2 and any(one not in self._done for one in before):
            return False
        return all(need in self._done for need in self.reports.plan(task)["needs"])

    def _start(self, task: str) -> None:
        plan = self.reports.plan(task)
        self.reports.start(task, self._now)
        step = json.loads(plan["parameters"]["cellift_step"]["value"])
        step["groups"] = [
            # A name that the step takes from elsewhere is another value.
            {
                name: value
                for name, value in group.items()
                if {**step.get("meant", {}), **step["inputs"]}.get(name, producer) == producer
            }
            for producer in sorted(set(step["inputs"].values()))
            for group in self._folders[producer]
            if any(name in group and step["inputs"].get(name) == producer for name in group)
        ]
        step["state"] = self._states.get(step["inputs"].get(GENERATOR, ""), ("seed",))
        self._running[task] = (self._now + self._random.random(), step)

    def _end(self, task: str, step: dict[str, Any]) -> None:
        one = self.scripts[task]
        values = {name: group[name] for group in step["groups"] for name in group if name in one.inputs}
        seen = _seen(one, values, step["state"])
        rebound = {name for group in one.makes for name in group}
        folder, changed, holds, spent = [], [], [], []
        for group in step["groups"]:
            marks = tuple(_mark(one, seen) for name in one.mutates if name in group)
            after = {name: (*value, *marks) for name, value in group.items()}
            asked = [name for name in group if name in step["later"]]
            held = {name: after[source] for name, source in one.holds.items() if source in group}
            holds += asked if held and not marks else []
            moved = asked if marks or (held and step.get("together")) else []
            spent += [name for name in moved if name in rebound]
            moved = [name for name in moved if name not in rebound]
            changed += moved
            folder.append({**{name: after[name] for name in moved}, **held})
        folder += [dict.fromkeys(group, (_mark(one, seen),)) for group in one.makes]
        if one.draws:
            self._states[task] = (*step["state"], task)
            folder.append({GENERATOR: ()})
            if not one.shows:
                changed.append(GENERATOR)
        self._folders[task] = folder
        outputs = [{"name": name, "file": str(place)} for place, group in enumerate(folder) for name in group]
        self._done[task] = seen
        use = FileUse(self.reports.started(task), self._now)
        self.reports.finish(task, {"outputs": outputs, "changed": changed, "holds": holds, "spent": spent}, use)
        verdict = self.reports.verdict()
        assert not verdict.hazards
        self.news += verdict.news
        for again, why in verdict.again.items():
            self._running.pop(again, None)
            self._done.pop(again, None)
            self.attempts[again] = self.reports.again(again)
            self.reasons.append((again, why))


def _seen(one: Script, values: Mapping[str, tuple[str, ...]], generator: tuple[str, ...]) -> Any:
    return sorted(values.items()), generator if one.draws else None


def _mark(one: Script, seen: Any) -> str:
    return f"{one.id}:{hash(str(seen)) & 0xFFFF:x}"
