"""Compile a step graph to a KFP ``PipelineSpec`` (schema 2.1), deterministically. No user code is run or imported."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from cellift.notebook.diagnostics import RefusedError, diagnose
from cellift.notebook.graph import Graph, Parameter, Step

from .bootstrap import bootstrap
from .identifiers import COMPONENT, FILES, OUTPUT, STEP_PARAMETER, artifact_key, parameter_key, pipeline_name
from .links import Links
from .parameters import declaration, definition
from .shipping import VARIABLE, check_size, digest, packed

DEFAULT_IMAGE = "python:3.11"

SCHEMA_VERSION = "2.1.0"
SDK_VERSION = "kfp-2.17.0"
"""The generation of the format that we write; backends read it to choose how to read the rest."""

_EXECUTOR = "exec-cellift"

# Sets of texts come in the same order in all steps of a run, wherever each of them runs.
_HASH_SEED = {"name": "PYTHONHASHSEED", "value": "0"}

_ARTIFACT = {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}


MOST_FILES = 2048
"""MiB of files that a step may hand on to later ones, where nobody says otherwise."""


_LONG = 32 * 1024
"""Characters of code from which on a step's is packed: it is one argument of a command, with all else in it."""


def compile_graph(
    graph: Graph, *, image: str | None = None, files: Mapping[str, bytes] | None = None, files_mib: int = MOST_FILES
) -> dict[str, Any]:
    """The ``PipelineSpec`` of ``graph`` as a dict in the protobuf's JSON form.

    ``image`` is the container image of the steps (default :data:`DEFAULT_IMAGE`; local runs do not use it). ``files``
    are those of the notebook's folder that travel along: modules of the steps, and data; ``files_mib`` limits those
    that steps write for later ones. Raises :class:`RefusedError` for a graph that has no step, and for more files than
    a container can be given.
    """
    if not graph.steps:
        raise RefusedError([diagnose("CL101", "The notebook has no steps.")])
    parameters = {parameter.name: parameter for parameter in graph.parameters}
    after = {step.id: {*step.inputs.values(), *step.file_sources} for step in graph.steps}
    for edge in graph.edges:
        after[edge.target].add(edge.source)
    links = Links(graph)
    info: dict[str, Any] = {"name": pipeline_name(graph.name)}
    if graph.name != info["name"]:
        info["displayName"] = graph.name
    if graph.description:
        info["description"] = graph.description
    root: dict[str, Any] = {
        "dag": {
            "tasks": {
                step.id: _task(
                    step,
                    graph,
                    parameters,
                    sorted(after[step.id]),
                    _payload(step, graph, links, parameters, files, files_mib),
                )
                for step in graph.steps
            }
        }
    }
    if parameters:
        root["inputDefinitions"] = {"parameters": {name: definition(found) for name, found in parameters.items()}}
    container = _container(image or DEFAULT_IMAGE)
    if files:
        container["env"].append({"name": VARIABLE, "value": packed(files)})
        check_size(container, files)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "sdkVersion": SDK_VERSION,
        "pipelineInfo": info,
        "root": root,
        "components": {COMPONENT: _component(graph, parameters)},
        "deploymentSpec": {"executors": {_EXECUTOR: {"container": container}}},
    }


def _container(image: str) -> dict[str, Any]:
    """One for all steps, so that the text of the runner is in the file once."""
    return {
        "image": image,
        "command": ["python3", "-u", "-c", bootstrap()],
        "args": ["--executor_input", "{{$}}"],
        "env": [dict(_HASH_SEED)],
    }


def _component(graph: Graph, parameters: dict[str, Parameter]) -> dict[str, Any]:
    """One for all steps: what any of them takes, all of it optional.

    Kubeflow Pipelines' Argo compiler files component specifications under the hash of their container: of several
    components with one container it keeps the first for all, so they have to be the same.
    """
    used = {name for step in graph.steps for name in step.params}
    inputs: dict[str, Any] = {"parameters": {STEP_PARAMETER: {"parameterType": "STRING"}}}
    inputs["parameters"].update(
        {parameter_key(name, parameters): definition(found) for name, found in parameters.items() if name in used}
    )
    producers = {producer for step in graph.steps for producer in step.inputs.values()}
    artifacts = {
        _key(step.id, graph): {"artifactType": dict(_ARTIFACT), "isOptional": True}
        for step in graph.steps
        if step.id in producers
    }
    writers = _writers(graph)
    artifacts.update(
        {
            _files_key(step.id, graph): {"artifactType": dict(_ARTIFACT), "isOptional": True}
            for step in graph.steps
            if step.id in writers
        }
    )
    if artifacts:
        inputs["artifacts"] = artifacts
    outputs = [OUTPUT, FILES] if writers else [OUTPUT]
    return {
        "executorLabel": _EXECUTOR,
        "inputDefinitions": inputs,
        "outputDefinitions": {"artifacts": {name: {"artifactType": dict(_ARTIFACT)} for name in outputs}},
    }


def _writers(graph: Graph) -> set[str]:
    """Steps whose files another one takes."""
    return {source for step in graph.steps for source in step.file_sources}


def _task(step: Step, graph: Graph, parameters: dict[str, Parameter], after: list[str], payload: str) -> dict[str, Any]:
    given: dict[str, Any] = {STEP_PARAMETER: {"runtimeValue": {"constant": payload}}}
    given.update({parameter_key(name, parameters): {"componentInputParameter": name} for name in step.params})
    inputs: dict[str, Any] = {"parameters": given}
    taken = {_key(producer, graph): (producer, OUTPUT) for producer in sorted(set(step.inputs.values()))}
    taken.update({_files_key(producer, graph): (producer, FILES) for producer in step.file_sources})
    if taken:
        inputs["artifacts"] = {
            key: {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": output}}
            for key, (producer, output) in taken.items()
        }
    task: dict[str, Any] = {
        "taskInfo": {"name": step.id},
        "componentRef": {"name": COMPONENT},
        "cachingOptions": {"enableCache": False},
        "inputs": inputs,
    }
    if after:
        task["dependentTasks"] = after
    return task


def _key(producer: str, graph: Graph) -> str:
    return artifact_key(producer, {parameter.name for parameter in graph.parameters})


def _files_key(producer: str, graph: Graph) -> str:
    return artifact_key(producer, {parameter.name for parameter in graph.parameters}, "files_of_")


def _carried(step: Step, graph: Graph, links: Links, files_mib: int) -> dict[str, Any]:
    """Whose files the step takes, in the order of the document, and whether somebody takes its own."""
    place = links.place
    told: dict[str, Any] = {}
    if step.file_sources:
        told["take"] = [
            {"order": place[source], "name": graph.steps[place[source]].name, "key": _files_key(source, graph)}
            for source in step.file_sources
        ]
    if step.id in links.writers:
        told["most"] = files_mib << 20
        if step.hands_on_files:
            told["hand_on"] = True
    return {"carried_files": told} if told else {}


def _payload(
    step: Step,
    graph: Graph,
    links: Links,
    parameters: dict[str, Parameter],
    files: Mapping[str, bytes] | None,
    files_mib: int,
) -> str:
    """What the runner needs to know about a step, as JSON text."""
    code = [
        {
            "cell": part.cell,
            "number": part.number,
            "line": part.line,
            "source": part.source,
            **({"file": part.file} if part.file else {}),
        }
        for part in step.code
    ]
    own = next((place for place, part in enumerate(step.code) if part.cell in step.cells), len(step.code))
    held = [name for name in step.held if name not in step.later]
    text = json.dumps(
        {
            "v": 1,
            "step": step.name,
            "id": step.id,
            "notebook": graph.notebook,
            **_code(code),
            "own": own,
            "inputs": dict(step.inputs),
            "artifacts": {producer: _key(producer, graph) for producer in sorted(set(step.inputs.values()))},
            "params": list(step.params),
            "defaults": {name: declaration(parameters[name], parameter_key(name, parameters)) for name in step.params},
            "outputs": list(step.outputs),
            "keep": list(step.keep),
            "later": list(step.later),
            "seeded": list(step.seeded),
            **({"draws": list(step.draws)} if step.draws else {}),
            **({"held": held} if held else {}),
            "repeated": [list(place) for place in step.repeated],
            **({"last": True} if step is graph.steps[-1] else {}),
            **_takers(step, links),
            **_carried(step, graph, links, files_mib),
            **({"installs": list(step.installs)} if step.installs else {}),
            **_reads(step),
            **({} if files is None else _brought(step, links, files)),
            "touched": list(step.touched),
        },
        ensure_ascii=False,
    )
    return _ESCAPED.sub(lambda found: "".join(f"\\u{ord(char):04x}" for char in found[0]), text)


def _code(code: list[dict[str, Any]]) -> dict[str, Any]:
    """As it stands in the notebook, for people who read the file; packed where it is long."""
    if sum(len(part["source"]) for part in code) <= _LONG:
        return {"code": code}
    text = json.dumps(code).encode()  # lone surrogates have no UTF-8
    return {"packed": base64.b64encode(zlib.compress(text, 9)).decode("ascii")}


def _takers(step: Step, links: Links) -> dict[str, dict[str, str]]:
    """For each output the first step that takes it, to name it where the value cannot cross."""
    takers = {name: links.first_taker.get((step.id, name)) for name in step.outputs}
    found = {name: taker for name, taker in takers.items() if taker is not None}
    return {"takers": found} if found else {}


def _reads(step: Step) -> dict[str, Any]:
    """Objects of stores, by the names of their connections here: only an engine that has these can bring them."""
    if "input" not in step.options:
        return {}
    from cellift.notebook.data_inputs import read_inputs

    return {"reads": [one._asdict() for one in read_inputs(step.options["input"])]}


def _brought(step: Step, links: Links, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Packages of the step itself; ``carried`` are those of the steps whose values it may have to read."""
    modules = {*step.modules, *links.modules_before[step.id]}
    own = set(step.packages)
    return {
        "packages": sorted(own),
        "carried": sorted(links.packages_before[step.id] - own),
        "modules": {path: digest(files[path]) for path in sorted(modules) if path in files},
        "data": {
            path: digest(data)
            for path, data in sorted(files.items())
            if path not in links.modules or (path in step.files and path not in modules)
        },
    }


# Argo fills in {{…}}, Kubernetes $(…) and $$; lone surrogates have no UTF-8; the rest are line ends to YAML.
_ESCAPED = re.compile("\\{(?=\\{)|\\$(?=[($])|[\ud800-\udfff\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
