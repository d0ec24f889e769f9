"""Step graphs made by hand, and a launcher like that of Kubeflow Pipelines to run what they compile to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cellift.notebook.graph import CodeSlice, Graph, Parameter, Step


def step(
    name: str,
    source: str,
    *,
    number: int = 1,
    setup: str = "",
    inputs: Mapping[str, str] | None = None,
    outputs: tuple[str, ...] = (),
    params: tuple[str, ...] = (),
    line: int = 1,
    keep: tuple[str, ...] = (),
    later: tuple[str, ...] = (),
    touched: tuple[str, ...] = (),
) -> Step:
    """A step of one cell (id ``cNUMBER``), with code copied from a set-up cell ``c0`` before it."""
    code = (CodeSlice("c0", 100, 1, setup),) if setup else ()
    own = CodeSlice(f"c{number}", number, line, source)
    identifier = name.lower().replace(" ", "-")
    return Step(
        identifier,
        name,
        "step",
        (own.cell,),
        (*code, own),
        dict(inputs or {}),
        params,
        outputs,
        keep=keep,
        later=later,
        touched=touched,
    )


def graph(*steps: Step, parameters: tuple[Parameter, ...] = (), name: str = "my pipeline") -> Graph:
    return Graph(name, "nb.ipynb", steps=steps, parameters=parameters)


def parameter(name: str, kind: Any, default: Any) -> Parameter:
    return Parameter(name, kind, default, "p", 1)


@dataclass
class Outcome:
    """What one step left."""

    code: int
    stdout: str
    stderr: str
    folder: Path
    result: dict[str, Any] | None

    @property
    def error(self) -> dict[str, Any]:
        assert self.result is not None and not self.result["ok"], (self.stdout, self.stderr)
        found: dict[str, Any] = self.result["error"]
        return found

    @property
    def ok(self) -> dict[str, Any]:
        assert self.result is not None and self.result["ok"], (self.stdout, self.stderr)
        return self.result


class Launcher:
    """Runs the tasks of an IR one after the other, as KFP's launcher starts containers, below ``folder``.

    ``local``: as the engine of this machine does, which asks for ``result.json`` and keeps numbers as they are;
    otherwise every number travels as a double, as on a cluster.
    """

    def __init__(self, folder: Path, python: str = sys.executable, local: bool = True) -> None:
        self.folder = folder
        self.python = python
        self.local = local

    def run(
        self,
        ir: dict[str, Any],
        parameters: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for task in ir["root"]["dag"]["tasks"]:
            outcomes[task] = self.run_task(ir, task, parameters or {}, environment or {}, cwd)
        return outcomes

    def run_task(
        self,
        ir: dict[str, Any],
        name: str,
        parameters: Mapping[str, Any],
        environment: Mapping[str, str],
        cwd: Path | None,
    ) -> Outcome:
        task = ir["root"]["dag"]["tasks"][name]
        component = ir["components"][task["componentRef"]["name"]]
        container = ir["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
        text = json.dumps(self.executor_input(ir, name, parameters))
        command = [self.python, *container["command"][1:], *(arg.replace("{{$}}", text) for arg in container["args"])]
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        given = {item["name"]: item["value"] for item in container.get("env", ())}
        variables = {**os.environ, **given, **environment}
        if self.local:
            variables["CELLIFT_TASK_DIR"] = str(folder)
        done = subprocess.run(
            command, capture_output=True, text=True, env=variables, cwd=cwd or folder, timeout=60, check=False
        )
        result = folder / "result.json"
        found = json.loads(result.read_text()) if result.is_file() else None
        return Outcome(done.returncode, done.stdout, done.stderr, folder / "values", found)

    def executor_input(self, ir: dict[str, Any], name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        task = ir["root"]["dag"]["tasks"][name]
        root = ir["root"].get("inputDefinitions", {}).get("parameters", {})
        values = {}
        for key, given in task["inputs"].get("parameters", {}).items():
            if "runtimeValue" in given:
                values[key] = given["runtimeValue"]["constant"]
                continue
            source = given["componentInputParameter"]
            value = parameters.get(source, root[source].get("defaultValue"))
            if value is not None:
                values[key] = value if self.local else _as_doubles(value)
        artifacts = {
            key: self._artifact(
                given["taskOutputArtifact"]["producerTask"], given["taskOutputArtifact"]["outputArtifactKey"]
            )
            for key, given in task["inputs"].get("artifacts", {}).items()
        }
        written = ir["components"][task["componentRef"]["name"]]["outputDefinitions"]["artifacts"]
        return {
            "inputs": {"parameterValues": values, "artifacts": artifacts},
            "outputs": {
                "artifacts": {key: self._artifact(name, key) for key in written},
                "outputFile": str(self.folder / name / "output_metadata.json"),
            },
        }

    def _artifact(self, task: str, key: str) -> dict[str, Any]:
        kind = {"schemaTitle": "system.Artifact"}
        return {"artifacts": [{"name": key, "type": kind, "uri": str(self.folder / task / key), "metadata": {}}]}


def _as_doubles(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, list, dict)):
        return value
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    double = float(value)
    return int(double) if double.is_integer() and abs(double) < 1e21 else double
