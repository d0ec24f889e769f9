"""What the steps of a run have made, for the record and for the steps that take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import VALUES, artifact_folder, parameter_file, parse_parameter
from cellift.engine.outcome import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cellift.engine.record import Record
    from cellift.engine.step import Step


class StepResults:
    """``parameters`` and ``types`` are by (task, key), ``digests`` of values by task and name."""

    def __init__(self, folder: Path, plan: Mapping[str, Any], record: Record) -> None:
        self.parameters: dict[tuple[str, str], Any] = {}
        self.digests: dict[str, dict[str, str]] = {}
        self.types = {
            (task["id"], key): kind for task in plan["tasks"] for key, kind in task["output_artifacts"].items()
        }
        self._folder = folder
        self._record = record

    def take_parameters(self, step: Step) -> dict[str, Any] | None:
        """Read the output parameters that later tasks use; an error when one is missing or is not of its type."""
        for key, kind in step.plan["output_parameters"].items():
            try:
                text = parameter_file(self._folder, step.id, key).read_text(encoding="utf-8")
                self.parameters[step.id, key] = parse_parameter(text, kind)
            except (OSError, ValueError) as error:
                message = f"Step {step.name} did not write its output parameter {key}: {error}."
                return {"reason": "BadOutput", "message": message}
        return None

    def take_outputs(self, step: Step, result: Mapping[str, Any]) -> None:
        """Record the values, artifacts and metrics of an attempt that succeeded."""
        outputs = result.get("outputs", [])
        self.digests[step.id] = {item["name"]: item["digest"] for item in outputs if "digest" in item}
        self._record.write(
            "task.outputs",
            task=step.id,
            attempt=step.attempt,
            outputs=outputs,
            display=result.get("display", []),
            code_seconds=result.get("code_seconds"),
        )
        for key, kind in step.plan["output_artifacts"].items():
            # Names that share a file have its size, each of them.
            files = {item.get("file"): item.get("bytes", 0) for item in outputs} if key == VALUES else {}
            size = sum(files.values())
            uri = str(artifact_folder(self._folder, step.id, key))
            self._record.write("artifact", task=step.id, name=key, artifact_type=kind, uri=uri, bytes=size)
        for name, value in numbers(outputs).items():
            self._record.write("metric", task=step.id, key=name, step=0, value=value)

    def forget(self, step: Step) -> None:
        """What the step made is void."""
        self.digests.pop(step.id, None)
        for key in step.plan["output_parameters"]:
            self.parameters.pop((step.id, key), None)
