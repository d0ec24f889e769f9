"""A notebook with Kale's marks (or papermill's) as one with ours, and a report of what became of each mark.

Pure: JSON in, JSON out. Sources, outputs, tags and all other metadata stay as they are, so Kale can still read it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import Cell, Notebook, parse_notebook
from cellift.notebook.diagnostics import RefusedError, diagnose
from cellift.notebook.kale.compare import compare_order
from cellift.notebook.kale.report import Item
from cellift.notebook.kale.settings import notebook_settings, step_setting
from cellift.notebook.kale.tags import METADATA, KaleCell, has_marks, read_tags
from cellift.notebook.source import read_code

if TYPE_CHECKING:
    from cellift.project.snapshot import Project


@dataclass(frozen=True)
class Imported:
    """``content`` is the new notebook, ``analysis`` its analysis; ``marks`` is what was added, by index of the cell."""

    content: dict[str, Any]
    marks: dict[int, dict[str, Any]]
    pipeline: dict[str, Any]
    report: tuple[Item, ...]
    analysis: Analysis


@dataclass
class _State:
    """What holds from cell to cell."""

    marks: dict[int, dict[str, Any]] = field(default_factory=dict)
    report: list[Item] = field(default_factory=list)
    #: Our step names -> what Kale said comes before, with the cell that said it.
    prev: dict[str, dict[str, int]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    #: The name in Kale -> the first of our names for it.
    names: dict[str, str] = field(default_factory=dict)
    #: Our name of the step of Kale's metrics, which needs no `prev:` tags there.
    metrics: str = ""
    #: The block that an untagged cell joins in Kale.
    block: str = ""

    def say(self, kind: str, cell: Cell, what: str, text: str) -> None:
        self.report.append(Item(kind, what, text, cell.number, cell.id))


def import_kale(content: Mapping[str, Any], path: str | None = None, project: Project | None = None) -> Imported:
    """Convert a notebook; ``project`` is what lies around it.

    Raises ``RefusedError``: CL005 when there is nothing to convert, CL00x when it is no notebook.
    """
    notebook = parse_notebook(content, path)
    if not has_marks(content):
        raise RefusedError(
            [
                diagnose(
                    "CL005",
                    f"{path or 'The notebook'} has no marks of Kale or papermill.",
                    fix="Mark cells as steps in the sidebar, or write %%step NAME as their first line.",
                )
            ]
        )
    state = _State()
    for cell in notebook.cells:
        if cell.type == "code":
            _cell(cell, state)
    pipeline, told = notebook_settings(notebook.metadata.get(METADATA))
    state.report += told
    result = _write(content, state.marks, pipeline)
    analysis = analyse(parse_notebook(result, path), project)
    for index, name in _missing_outputs(notebook, state, analysis):
        del state.marks[index]["options"]
        state.report = [one for one in state.report if not (one.cell == index + 1 and one.what == f"`{name}`")]
        result = _write(content, state.marks, pipeline)
        analysis = analyse(parse_notebook(result, path), project)
    state.report += compare_order(analysis, state.prev, state.names, notebook, state.metrics)
    return Imported(result, state.marks, pipeline, tuple(state.report), analysis)


def _cell(cell: Cell, state: _State) -> None:
    tags = read_tags(cell.metadata)
    if "cellift" in cell.metadata or cell.source.lstrip().startswith("%%step"):
        state.say("note", cell, "mark", "it has a mark of Cellift already, which stays as it is")
        state.block = "step"
        state.steps.append("")  # whatever its name, it is another step
        return
    if tags.injected:
        state.say(
            "note", cell, "`injected-parameters`", "it sets parameters again, after a run's own values; remove it"
        )
    if tags.foreign:
        listed = ", ".join(f"`{tag}`" for tag in tags.foreign)
        state.say("honoured", cell, listed, "a tag of others stays where it is; Kale refuses notebooks with it")
    if tags.kind == "skip":
        state.marks[cell.index] = {"skip": True}
        state.say("taken", cell, "`skip`", "left out of the pipeline")
        return
    if tags.kind == "notebook":
        state.marks[cell.index] = {"skip": True}
        text = "a step cannot be another notebook yet; the cell is left out. Import that notebook by itself"
        state.say("impossible", cell, f"`notebook:{tags.name}`", text)
        return
    if tags.kind == "step":
        _step(cell, tags, state)
    elif tags.kind == "metrics":
        state.metrics = _open(cell, "metrics", state)
        text = "step metrics; plain values of every step are kept as its results, so nothing has to be printed for that"
        state.say("taken", cell, "`pipeline-metrics`", text)
    elif tags.kind:
        _shared(cell, tags, state)
    else:
        _untagged(cell, state)
    for setting in tags.settings:
        state.report.append(step_setting(setting, cell))


def _step(cell: Cell, tags: KaleCell, state: _State) -> None:
    name = _open(cell, tags.name, state)
    if name == tags.name:
        state.say("taken", cell, f"step {name}", "a step")
    else:
        text = (
            f"Kale puts this code into step {tags.name} above; here it is step {name}, so that it runs where it stands"
        )
        state.say("honoured", cell, f"step {tags.name}", text)
    for before in tags.prev:
        state.prev.setdefault(name, {}).setdefault(before, cell.index)
    kept = _shown_name(cell)
    if kept:
        state.marks[cell.index]["options"] = {"output": [kept]}
        state.say("taken", cell, f"`{kept}`", f"kept as an output of step {name}, as the last line shows it")


def _open(cell: Cell, name: str, state: _State) -> str:
    """The name of the step that begins here; the step above goes on when it has the same name."""
    number, wanted = 2, name
    while wanted in state.steps[:-1]:
        wanted, number = f"{name}-{number}", number + 1
    state.steps.append(wanted)
    state.names.setdefault(name, wanted)
    state.marks[cell.index] = {"step": wanted}
    state.block = "step"
    return wanted


def _shared(cell: Cell, tags: KaleCell, state: _State) -> None:
    state.block = tags.kind
    if tags.kind == "parameters":
        state.marks[cell.index] = {"parameters": True}
        state.say("taken", cell, "parameters", "its plain values are the parameters of the pipeline")
        return
    below = any(state.steps)
    where = f"part of step {state.steps[-1] or 'above'}; what it defines" if below else "set-up; what it defines"
    state.say("taken", cell, f"`{tags.kind}`", f"{where} goes to the steps that use it, and to no others")


def _untagged(cell: Cell, state: _State) -> None:
    if not cell.source.strip():
        return
    if state.block == "parameters":
        state.marks[cell.index] = {"parameters": True}
        state.say("taken", cell, "no tag", "as in Kale it belongs to the parameters above")
    elif not state.block:
        state.say("honoured", cell, "no tag", "Kale drops code before the first tag; here it is set-up")
    elif state.block == "step" and state.steps[-1]:
        state.say("taken", cell, "no tag", f"as in Kale it belongs to step {state.steps[-1]}")


def _shown_name(cell: Cell) -> str | None:
    """The name that the last line shows, which Kale keeps as an artifact."""
    statements = read_code(cell).statements
    last = statements[-1] if statements else None
    return last.value.id if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name) else None


def _missing_outputs(notebook: Notebook, state: _State, analysis: Analysis) -> list[tuple[int, str]]:
    """Kept outputs that the step turns out not to make: it only shows them."""
    refused = {one.cell for one in analysis.diagnostics if one.code == "CL114"}
    return [
        (index, mark["options"]["output"][0])
        for index, mark in sorted(state.marks.items())
        if "options" in mark and notebook.cells[index].id in refused
    ]


def _write(content: Mapping[str, Any], marks: Mapping[int, dict[str, Any]], pipeline: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = copy.deepcopy(dict(content))
    for index, mark in marks.items():
        result["cells"][index].setdefault("metadata", {})["cellift"] = copy.deepcopy(mark)
    ours = result.setdefault("metadata", {}).setdefault("cellift", {})
    if isinstance(ours, dict):
        ours.setdefault("version", 1)
        if pipeline:
            ours.setdefault("pipeline", dict(pipeline))
    return result
