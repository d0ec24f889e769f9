"""What Kale's settings of steps and notebooks become: each is taken, has no need, or is named with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellift.notebook.cells import Cell
from cellift.notebook.directives import OPTIONS
from cellift.notebook.kale.report import Item

_STEP_REASONS = {
    "image": "steps have no image of their own yet; all use that of the pipeline",
    "limit": "steps have no resources of their own yet; a run on this machine uses what is there",
    "label": "a run on this machine has no pods; labels come with runs on a cluster",
    "annotation": "a run on this machine has no pods; annotations come with runs on a cluster",
    "secret": "steps have no secrets yet; environment variables of the caller are inherited",
}
_NOTEBOOK_REASONS = {
    "experiment_name": "runs are not grouped into experiments yet; give a run a name: --name",
    "docker_image": "set the image when you compile; a run on this machine uses the notebook's own environment",
    "base_image": "set the image when you compile; a run on this machine uses the notebook's own environment",
    "volumes": "steps have no volumes yet; values between steps travel by themselves, and files beside the notebook "
    "are there in a run on this machine",
    "katib_run": "there is no search over parameters yet; give values run by run: -p NAME=VALUE",
    "katib_metadata": "there is no search over parameters yet; give values run by run: -p NAME=VALUE",
    "timeout": "steps have no time limit yet",
    "kfp_host": "runs are not sent to a cluster yet; upload what `cellift compile` writes",
    "security_context": "comes with runs on a cluster",
    "output_path": "give it to the command: cellift compile NB -o FILE",
}
#: Not needed here, and why.
_NEEDLESS = {
    "autosnapshot": "every run keeps the values of its steps, so no volume has to be copied",
    "snapshot_volumes": "every run keeps the values of its steps, so no volume has to be copied",
    "marshal_volume": "values between steps need no volume",
    "marshal_path": "values between steps need no folder of yours",
    "abs_working_dir": "steps work in the notebook's folder",
    "storage_class_name": "values between steps need no volume",
    "volume_access_mode": "values between steps need no volume",
    "enable_caching": "caching is off unless it is asked for",
    "notebook_path": "the notebook is where it is",
}


def step_setting(tag: str, cell: Cell) -> Item:
    """What becomes of a tag such as ``limit:nvidia.com/gpu:1``."""
    name, _, value = tag.partition(":")
    kind, text = _setting(name, value)
    return Item(kind, f"`{tag}`", text, cell.number, cell.id)


def notebook_settings(metadata: Any) -> tuple[dict[str, Any], list[Item]]:
    """Our settings of the pipeline (``metadata.cellift.pipeline``), and what became of each of Kale's."""
    pipeline: dict[str, Any] = {}
    report: list[Item] = []
    for key, value in metadata.items() if isinstance(metadata, Mapping) else ():
        if value in ("", None, False, [], {}) or key == "experiment":
            continue
        if key in ("pipeline_name", "pipeline_description") and isinstance(value, str):
            ours = key.removeprefix("pipeline_")
            pipeline[ours] = value
            report.append(Item("taken", key, f"the {ours} of the pipeline"))
        elif key == "steps_defaults" and isinstance(value, (list, Mapping)):
            report += _defaults(value)
        elif key == "katib_metadata" and not metadata.get("katib_run"):
            continue
        elif key in _NEEDLESS:
            report.append(Item("note", key, f"not needed: {_NEEDLESS[key]}"))
        else:
            report.append(Item("impossible", key, _NOTEBOOK_REASONS.get(key, "Cellift has no such setting")))
    return pipeline, report


def _defaults(value: Any) -> list[Item]:
    """Kale 0.7 has tags here, 2.x an object."""
    tags = value if isinstance(value, list) else [f"{name}:{one}" for name, one in dict(value).items()]
    report = []
    for tag in map(str, tags):
        name, _, rest = tag.partition(":")
        kind, text = _setting(name.removesuffix("s"), rest)
        report.append(Item(kind, f"steps_defaults `{tag}`", text))
    return report


def _setting(name: str, value: str) -> tuple[str, str]:
    if name == "cache":
        if value == "disabled":
            return "taken", "caching is off unless it is asked for"
        return "impossible", "steps are not taken from a cache yet; they run each time"
    if name == "report":
        return "note", "not needed: plots and last values of every step are kept with its run"
    if name in OPTIONS:
        return "impossible", f"set it yourself: {OPTIONS[name].flag} {OPTIONS[name].value}"
    return "impossible", _STEP_REASONS.get(name, "Cellift has no such setting")
