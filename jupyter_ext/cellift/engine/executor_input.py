"""The executor input of a task: the JSON that KFP gives to a component's container."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A Linux argument is at most 131,071 bytes.
_MAX_ARGUMENT = 100 * 1024

STEP_PARAMETER = "cellift_step"
"""The parameter that says, as JSON text, what a step is."""

FILES = "files"
"""The artifact with the files that a step writes for later ones. Here all steps work in one folder."""

VALUES = "values"
"""The artifact that every step writes; its folder is ``values/TASK`` itself."""


def artifact_folder(folder: Path, task_id: str, key: str) -> Path:
    """Where an output artifact of a task is, in the run's folder."""
    return values_folder(folder, task_id) if key == VALUES else artifacts_folder(folder, task_id) / key


def values_folder(folder: Path, task_id: str) -> Path:
    """Where the values of a task are."""
    return folder / "values" / task_id


def artifacts_folder(folder: Path, task_id: str) -> Path:
    """Where the other artifacts of a task are."""
    return folder / "values" / f"{task_id}.artifacts"


def parameter_file(folder: Path, task_id: str, key: str) -> Path:
    """Where a task writes an output parameter."""
    return folder / "tasks" / task_id / "parameters" / key


def executor_input(
    folder: Path,
    task: Mapping[str, Any],
    produced: Mapping[tuple[str, str], Any],
    types: Mapping[tuple[str, str], str],
    digests: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """The executor input of ``task``.

    ``produced``: output parameters of earlier tasks by (task, key). ``types``: artifact types by (task, key).
    ``digests``: what earlier tasks reported of their values, task -> name -> digest; values that are something else by
    now are not unpickled.
    """
    parameters = {
        name: source["value"] if "value" in source else produced[source["task"], source["key"]]
        for name, source in task["parameters"].items()
    }
    return {
        "inputs": {
            "parameterValues": parameters,
            "artifacts": {
                name: _artifact(
                    folder,
                    source["task"],
                    source["key"],
                    types[source["task"], source["key"]],
                    {"digests": digests[source["task"]]} if digests and source["task"] in digests else {},
                )
                for name, source in task["artifacts"].items()
            },
        },
        "outputs": {
            "parameters": {
                key: {"outputFile": str(parameter_file(folder, task["id"], key))} for key in task["output_parameters"]
            },
            "artifacts": {
                key: _artifact(folder, task["id"], key, kind) for key, kind in task["output_artifacts"].items()
            },
            "outputFile": str(folder / "tasks" / task["id"] / "executor_output.json"),
        },
    }


def fill_arguments(args: list[str], given: Mapping[str, Any], file: Path) -> list[str]:
    """``args`` with ``{{$}}`` replaced by the executor input, or by ``@FILE`` (written here) when it is too long."""
    # Lone surrogates (of file names that are no UTF-8) cannot be in an argument; JSON has an escape for them.
    data = json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    text = data.decode()
    if len(data) > _MAX_ARGUMENT:
        file.write_text(json.dumps(given), encoding="utf-8")
        text = f"@{file}"
    return [text if arg == "{{$}}" else arg for arg in args]


def parse_parameter(text: str, kind: str) -> Any:
    """The value of an output parameter from the file that the task wrote. Raises ``ValueError``."""
    if kind == "NUMBER_INTEGER":
        return int(text)
    if kind == "NUMBER_DOUBLE":
        return float(text)
    if kind == "BOOLEAN":
        return text.strip().lower() in ("true", "1")
    if kind in ("LIST", "STRUCT"):
        return json.loads(text)
    return text


def _artifact(
    folder: Path, task_id: str, key: str, kind: str, metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    artifact = {
        "name": f"{task_id}.{key}",
        "type": {"schemaTitle": kind, "schemaVersion": "0.0.1"},
        "uri": str(artifact_folder(folder, task_id, key)),
        "metadata": dict(metadata or {}),
    }
    return {"artifacts": [artifact]}
