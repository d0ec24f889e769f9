"""KFP IR -> plan: what the supervisor needs to run a pipeline, with every parameter known. Pure.

The plan is plain JSON:
``{"v", "name", "params", "executors": {label: {"command", "args", "env"}}, "warm_imports": [source], "tasks": [task]}``
with task ``{"id", "name", "order", "cells", "inputs", "installs": [requirement], "reads": [object of a store],
"resources", "executor", "needs": [task id], "parameters": {name: {"value"} | {"task", "key"}},
"artifacts": {name: {"task", "key"}}, "output_parameters": {name: type}, "output_artifacts": {name: type}}``, in an
order in which they can run. ``order`` is the place in the document.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from cellift.engine.executor_input import FILES, STEP_PARAMETER
from cellift.engine.warm_imports import warm_imports
from cellift.notebook.diagnostics import RefusedError, diagnose
from cellift.pipeline.runtime.spec import read_step

if TYPE_CHECKING:
    from collections.abc import Mapping

Plan = dict[str, Any]

_PYTHONS = ("python3", "python")
_INPUT_ARGS = ["--executor_input", "{{$}}"]
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_UNSUPPORTED_TASK = {
    "triggerPolicy": "a condition or an exit handler",
    "parameterIterator": "a loop",
    "artifactIterator": "a loop",
    "iteratorPolicy": "a loop",
    "retryPolicy": "retries",
}


def build_plan(ir: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Plan:
    """The plan of a pipeline with these values for its parameters (others keep their defaults).

    Raises `RefusedError` with CL601 for what cannot run here, CL402 for an unknown parameter.
    """
    if ir.get("platforms"):
        _refuse("The pipeline has settings for a cluster (its `platforms`), which runs on this machine cannot follow.")
    root = ir.get("root", {})
    params = _pipeline_parameters(root, overrides or {})
    dag = root.get("dag", {})
    if dag.get("outputs"):
        _refuse("The pipeline returns outputs of its own, which runs on this machine cannot give yet.")
    steps: dict[str, Any] = {}
    tasks = {}
    for task_id, spec in dag.get("tasks", {}).items():
        tasks[task_id], steps[task_id] = _task(ir, task_id, spec, params)
    labels = {task["executor"] for task in tasks.values()}
    executors = ir.get("deploymentSpec", {}).get("executors", {})
    return {
        "v": 1,
        "name": ir.get("pipelineInfo", {}).get("name", "pipeline"),
        "params": params,
        "executors": {label: _executor(executors[label]["container"]) for label in sorted(labels)},
        "warm_imports": warm_imports(steps.values()),
        "tasks": _ordered(tasks),
    }


def _pipeline_parameters(root: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    declared = root.get("inputDefinitions", {}).get("parameters", {})
    if root.get("inputDefinitions", {}).get("artifacts"):
        _refuse("The pipeline takes artifacts as inputs, which runs on this machine cannot give yet.")
    unknown = [name for name in overrides if name not in declared]
    if unknown:
        known = ", ".join(declared) or "none"
        raise RefusedError(
            [diagnose("CL402", f"`{name}` is no parameter of this pipeline. Parameters: {known}.") for name in unknown]
        )
    values: dict[str, Any] = {}
    for name, definition in declared.items():
        if name in overrides:
            values[name] = overrides[name]
        elif "defaultValue" in definition:
            values[name] = definition["defaultValue"]
        elif not definition.get("isOptional"):
            raise RefusedError([diagnose("CL402", f"The pipeline needs a value for `{name}`, which has no default.")])
    return values


def _task(
    ir: Mapping[str, Any], task_id: str, spec: Mapping[str, Any], params: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = spec.get("taskInfo", {}).get("name", task_id)
    _require_file_name(task_id)
    for key, what in _UNSUPPORTED_TASK.items():
        if spec.get(key):
            _refuse(f"Task {shown} uses {what}, which runs on this machine do not have yet.")
    component_name = spec.get("componentRef", {}).get("name", "")
    component = ir.get("components", {}).get(component_name)
    if component is None:
        _refuse(f"Task {shown} uses component {component_name!r}, which the pipeline does not have.")
    if "dag" in component:
        _refuse(f"Component {component_name} is a pipeline in the pipeline, which cannot run on this machine yet.")
    label = component.get("executorLabel", "")
    executor = ir.get("deploymentSpec", {}).get("executors", {}).get(label, {})
    if "importer" in executor:
        _refuse(f"Component {component_name} imports an artifact, which cannot run on this machine yet.")
    container = executor.get("container", {})
    command, args = list(container.get("command", [])), list(container.get("args", []))
    step_text = (
        spec.get("inputs", {}).get("parameters", {}).get(STEP_PARAMETER, {}).get("runtimeValue", {}).get("constant")
    )
    if step_text is None or not command or command[0] not in _PYTHONS or args != _INPUT_ARGS:
        _refuse(
            f"Component {component_name} is no step of a notebook but a container of its own "
            f"({container.get('image') or 'without an image'}), which cannot run on this machine yet."
        )
    try:
        step = read_step(step_text)
    except ValueError:
        _refuse(f"What task {shown} is to do cannot be read. Compile the notebook again.")
    parameters, needs = _parameters(shown, spec, component, params)
    # Here a change that the code does not show is put right: the step is to report it rather than to fail.
    parameters[STEP_PARAMETER] = {"value": json.dumps({**step, "rerun": True}, ensure_ascii=False)}
    artifacts = {}
    for name, source in spec.get("inputs", {}).get("artifacts", {}).items():
        produced = source.get("taskOutputArtifact")
        if produced is None:
            _refuse(f"Input {name} of task {shown} does not come from another task, which cannot run here yet.")
        if produced["outputArtifactKey"] == FILES:  # they are there: all steps work in one folder
            needs.add(produced["producerTask"])
            continue
        artifacts[name] = {"task": produced["producerTask"], "key": produced["outputArtifactKey"]}
    outputs = component.get("outputDefinitions", {})
    for key in (*outputs.get("parameters", {}), *outputs.get("artifacts", {})):
        _require_file_name(key)
    return {
        "id": task_id,
        "name": step.get("step", shown),
        "cells": _own_cells(step),
        "inputs": dict(step.get("inputs", {})),
        "installs": list(step.get("installs", ())),
        "reads": list(step.get("reads", ())),
        "resources": _resources(container.get("resources", {})),
        "executor": label,
        "needs": sorted({*spec.get("dependentTasks", []), *needs, *(item["task"] for item in artifacts.values())}),
        "parameters": parameters,
        "artifacts": artifacts,
        "output_parameters": {
            name: definition.get("parameterType", "STRING")
            for name, definition in outputs.get("parameters", {}).items()
        },
        "output_artifacts": {
            name: definition.get("artifactType", {}).get("schemaTitle", "system.Artifact")
            for name, definition in outputs.get("artifacts", {}).items()
            if name != FILES
        },
    }, step


def _parameters(
    shown: str, spec: Mapping[str, Any], component: Mapping[str, Any], params: Mapping[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    found: dict[str, Any] = {}
    needs = set()
    for name, definition in component.get("inputDefinitions", {}).get("parameters", {}).items():
        if "defaultValue" in definition:
            found[name] = {"value": definition["defaultValue"]}
    for name, source in spec.get("inputs", {}).get("parameters", {}).items():
        if "runtimeValue" in source:
            found[name] = {"value": source["runtimeValue"].get("constant")}
        elif "componentInputParameter" in source:
            if source["componentInputParameter"] in params:  # else optional, and the component knows what to do
                found[name] = {"value": params[source["componentInputParameter"]]}
        elif "taskOutputParameter" in source:
            produced = source["taskOutputParameter"]
            found[name] = {"task": produced["producerTask"], "key": produced["outputParameterKey"]}
            needs.add(produced["producerTask"])
        else:
            _refuse(f"Parameter {name} of task {shown} comes from {', '.join(source)}, which cannot run here yet.")
    return found, needs


def _require_file_name(name: str) -> None:
    """Tasks and their outputs have files of their names in the run's folder, and nowhere else."""
    if not _FILE_NAME.fullmatch(name):
        _refuse(f"{name!r} is no name for a task or an output here: letters, digits, - and _, at most 128.")


def _own_cells(step: Mapping[str, Any]) -> list[str]:
    """Cells of the step itself; the slices before ``own`` were copied from the set-up."""
    return list(dict.fromkeys(item["cell"] for item in step.get("code", [])[step.get("own", 0) :]))


def _resources(declared: Mapping[str, Any]) -> dict[str, Any]:
    """``cpu`` in cores, ``memory`` in bytes, ``gpu`` in devices; the limit, or the request where there is no limit."""
    found: dict[str, Any] = {}
    cpu = declared.get("cpuLimit") or declared.get("cpuRequest")
    memory = declared.get("memoryLimit") or declared.get("memoryRequest")
    accelerator = declared.get("accelerator", {})
    if cpu:
        found["cpu"] = float(cpu)
    if memory:
        found["memory"] = int(float(memory) * 10**9)
    if accelerator.get("count"):
        found["gpu"] = int(accelerator["count"])
    return found


def _executor(container: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "command": list(container["command"]),
        "args": list(container.get("args", [])),
        "env": {item["name"]: item.get("value", "") for item in container.get("env", [])},
    }


def _ordered(tasks: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks so that each comes after what it needs, else in the order of the notebook's cells, then as given."""
    placed: dict[str, dict[str, Any]] = {}
    users: dict[str, list[str]] = {}
    for task in tasks.values():
        for need in set(task["needs"]):
            users.setdefault(need, []).append(task["id"])
    missing = {task["id"]: len(set(task["needs"])) for task in tasks.values()}
    at = {task_id: number for number, task_id in enumerate(tasks)}
    ready = [task_id for task_id, count in missing.items() if not count]
    while ready:
        placed.update((task_id, tasks[task_id]) for task_id in ready)
        freed = []
        for user in (user for task_id in ready for user in users.get(task_id, ())):
            missing[user] -= 1
            if not missing[user]:
                freed.append(user)
        ready = sorted(freed, key=at.__getitem__)
    if len(placed) < len(tasks):
        waiting = [task_id for task_id in tasks if task_id not in placed]
        _refuse(f"The tasks {', '.join(waiting)} wait for each other or for tasks that are not there.")
    given, layered = list(tasks), list(placed)
    place = {task_id: at for at, task_id in enumerate(given)}
    if any(place[need] > place[task["id"]] for task in tasks.values() for need in task["needs"]):
        place = {task_id: at for at, task_id in enumerate(layered)}  # not of a notebook
    return [{**task, "order": place[task["id"]]} for task in placed.values()]


def _refuse(message: str) -> NoReturn:
    raise RefusedError([diagnose("CL601", message)])
