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


def revised_inputs(
    order: Sequence[str],
    declared: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, AbstractSet[str]],
    drew: Mapping[str, AbstractSet[str]],
) -> dict[str, Inputs]:
    """``{task: {name: producer}}`` that holds now.

    ``order`` is that of the document. ``changed`` are the undeclared changes of each task's latest finished attempt;
    ``drew`` the generators that it draws from, as its source shows or any of its attempts told (to hand a state to a
    step that no longer draws costs nothing; to take it away again could go back and forth for ever).
    """
    place = {task: at for at, task in enumerate(order)}
    values: dict[tuple[str, str], str] = {}
    same: dict[tuple[str, str], tuple[str, str]] = {}  # an object that a task hands on is what it took
    states: dict[str, str] = {}
    found: dict[str, Inputs] = {}
    for task in order:
        own = declared.get(task, {})
        objects = {name: same.get((name, producer), (name, producer)) for name, producer in own.items()}
        inputs = {name: values.get(objects[name], producer) for name, producer in own.items()}
        for name, changer in states.items():
            wanted = name not in GENERATORS or name in own or name in drew.get(task, ())
            # A declared producer that stands after the change sets the state anew.
            if wanted and (name not in own or place[own[name]] < place[changer]):
                inputs[name] = changer
        found[task] = inputs
        for name in changed.get(task, ()):
            if name.startswith(STATE):
                states[name] = task
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
