"""Which step's values each step must start from, given what steps were seen to change. Pure.

The answer is computed anew from the latest reports each time, so a change that an attempt no longer makes is undone
by itself. It terminates: what the step at place k of the document starts from depends only on the reports of steps
before k, and on which generators k has ever drawn from, a set that only grows. The first step's inputs are therefore
settled after finitely many attempts, and by induction those of every later step, whatever the steps do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

Inputs = dict[str, str]

STATE = "state:"
GENERATORS = frozenset({"state:random", "state:numpy.random", "state:torch"})
PRINTED = "state:printed"
"""Modules that have printed while they were imported: of no concern to a step that imports none of them."""
_OF_MODULES = "state:module:"


def taken_up(names: AbstractSet[str]) -> frozenset[str]:
    """Those of the states that a task goes on with where an earlier one has left them: it has used them, unseen.

    What modules keep could otherwise be changed from how it was imported.
    """
    return frozenset(name for name in names if name in GENERATORS or name.startswith(_OF_MODULES))


def revised_inputs(
    order: Sequence[str],
    declared: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, AbstractSet[str]],
    drew: Mapping[str, AbstractSet[str]],
    hands_on: Mapping[str, AbstractSet[str]],
) -> dict[str, Inputs]:
    """``{task: {name: producer}}`` that holds now.

    ``order`` is that of the document. ``changed`` are the undeclared changes of each task's latest finished attempt;
    ``hands_on`` the states that it is declared to hand on, ``drew`` those that it takes up (:func:`taken_up`), as its
    source shows or any of its attempts told (to hand a state to a step that no longer draws costs nothing; to take it
    away again could go back and forth for ever).
    """
    place = {task: at for at, task in enumerate(order)}
    values: dict[tuple[str, str], str] = {}
    same: dict[tuple[str, str], tuple[str, str]] = {}  # an object that a task hands on is what it took
    states: dict[str, str] = {}
    hidden: set[str] = set()  # states that some task has changed undeclared: all tasks below start from them
    found: dict[str, Inputs] = {}
    for task in order:
        own = declared.get(task, {})
        objects = {name: same.get((name, producer), (name, producer)) for name, producer in own.items()}
        inputs = {name: values.get(objects[name], producer) for name, producer in own.items()}
        for name, changer in states.items():
            wanted = name in hidden or name in own or name in drew.get(task, ())
            # A declared producer that stands after the change sets the state anew.
            if wanted and (name not in own or place[own[name]] < place[changer]):
                inputs[name] = changer
        found[task] = inputs
        states.update(dict.fromkeys(hands_on.get(task, ()), task))
        for name in changed.get(task, ()):
            if name.startswith(STATE):
                states[name] = task
                if name not in GENERATORS and name != PRINTED:
                    hidden.add(name)
            elif name in own:
                values[objects[name]] = task
                same[name, task] = objects[name]
    return found


def to_run_again(
    order: Sequence[str],
    inputs: Mapping[str, Mapping[str, str]],
    started_from: Mapping[str, Mapping[str, tuple[str, int]]],
    attempts: Mapping[str, int],
) -> list[str]:
    """Started tasks whose inputs came from another producer, or from another attempt of it, than holds now.

    ``started_from`` is ``{task: {name: (producer, attempt)}}`` of the tasks that have started. A task that runs again
    gets a new attempt, so what used its outputs is found here too.
    """
    again: list[str] = []
    for task in order:
        if task not in started_from:
            continue
        now = {name: (by, attempts[by] + (by in again)) for name, by in inputs[task].items()}
        if now != started_from[task]:
            again.append(task)
    return again
