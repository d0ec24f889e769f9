"""A task of the plan with some of its inputs taken from other tasks. Pure."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import STEP_PARAMETER, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def resourced(
    task: Mapping[str, Any],
    moved: Mapping[str, str],
    later: Iterable[str] = (),
    meant: Mapping[str, str] = MappingProxyType({}),
    *,
    together: bool = False,
) -> dict[str, Any]:
    """``task``, a task of the declared plan, with the names in ``moved`` taken from the values of these task ids.

    The producers that it had stay among what it needs: they come before the new ones in any case.
    ``later``: more names that the step has to be asked about, because steps further down take them. ``meant``: of
    these, where several tasks have an object of that name, the task whose object is meant. ``together``: it has to hand
    on those of them that its outputs hold.
    """
    step = json.loads(task["parameters"][STEP_PARAMETER]["value"])
    artifacts = dict(task["artifacts"])
    for producer in sorted(set(moved.values())):
        source = {"task": producer, "key": VALUES}
        key = next((name for name, given in artifacts.items() if given == source), f"{VALUES}-of-{producer}")
        artifacts[key] = source
        step["artifacts"] = {**step["artifacts"], producer: key}
    step["inputs"] = {**step["inputs"], **moved}
    step["later"] = sorted({*step.get("later", ()), *later})
    if meant:
        step["meant"] = dict(meant)
    if together:
        step["together"] = True
    text = json.dumps(step, ensure_ascii=False, separators=(",", ":"))
    return {
        **task,
        "inputs": dict(step["inputs"]),
        "artifacts": artifacts,
        "parameters": {**task["parameters"], STEP_PARAMETER: {**task["parameters"][STEP_PARAMETER], "value": text}},
        "needs": sorted({*task["needs"], *moved.values()}),
    }
