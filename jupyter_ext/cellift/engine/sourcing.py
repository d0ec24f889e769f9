"""A task of the plan with some of its inputs taken from other tasks. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = "cellift_step"


def resourced(task: Mapping[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    """``task``, a task of the declared plan, with the names in ``moved`` taken from the values of these task ids.

    The producers that it had stay among what it needs: they come before the new ones in any case.
    """
    step = json.loads(task["parameters"][_STEP]["value"])
    artifacts = dict(task["artifacts"])
    for producer in sorted(set(moved.values())):
        source = {"task": producer, "key": VALUES}
        key = next((name for name, given in artifacts.items() if given == source), f"{VALUES}-of-{producer}")
        artifacts[key] = source
        step["artifacts"] = {**step["artifacts"], producer: key}
    step["inputs"] = {**step["inputs"], **moved}
    text = json.dumps(step, ensure_ascii=False, separators=(",", ":"))
    return {
        **task,
        "inputs": dict(step["inputs"]),
        "artifacts": artifacts,
        "parameters": {**task["parameters"], _STEP: {**task["parameters"][_STEP], "value": text}},
        "needs": sorted({*task["needs"], *moved.values()}),
    }
