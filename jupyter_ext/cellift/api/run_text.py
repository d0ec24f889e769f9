"""A run, its steps and a list of runs as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cellift.api.table import columns, cut
from cellift.api.words import SHORT_ID, duration, icon, number, seconds_between, short_ids, size, when, where, word
from cellift.runs import states

# A preview in a line of a table: enough to know the value again.
_PREVIEW = 60
# An error in a line of its own.
_MESSAGE = 500
_MOST_METRICS = 8


def run_line(run: Mapping[str, Any]) -> str:
    """Return a run in one line: ``✓ Succeeded  quickstart  4.1 s  0198a7c2-1b3d``."""
    length = duration(seconds_between(run["started"], run["finished"]))
    parts = [f"{icon(run['state'])} {word(run['state'])}", run["name"], length, run["id"][:SHORT_ID]]
    return "  ".join(part for part in parts if part)


def task_line(task: Mapping[str, Any]) -> str:
    """Return a step in one line: ``✓ Succeeded  train  0.3 s  model: SVC(…)``."""
    return "  ".join(part for part in _task_row(task) if part)


def run_lines(run: Mapping[str, Any], numbers: Mapping[str, int] | None = None) -> list[str]:
    """Return the run, one line per step, and why it failed; *numbers* are the cell numbers by cell id."""
    lines = [run_line(run)]
    lines += [f"  {line}" for line in columns([_task_row(task) for task in run["tasks"]])]
    if run["metrics"]:
        lines.append("  " + "  ".join(metric_texts(run)))
    lines += [f"  {line}" for line in object_lines(run)]
    lines += [f"  ▲ {warning['message']}" for warning in run.get("warnings", [])]
    if run["error"]:
        lines.append(error_line(run["error"], run["tasks"], numbers or {}))
        hint = load_hint(run)
        lines += [hint] if hint else []
    return lines


def object_lines(run: Mapping[str, Any]) -> list[str]:
    """Return what the steps read from stores, and where there what they made is."""
    reads = [(task["name"], read) for task in run["tasks"] for read in task.get("reads", ())]
    stored = [one["stored"] for one in run["artifacts"] if one.get("stored")]
    if not reads and not stored:
        return []
    from cellift.storage.inputs import shown_name
    from cellift.storage.shown import shown

    lines = [
        f"{name} reads {shown_name(read)} (etag {shown(read['etag'])}, {size(read['bytes'])})" for name, read in reads
    ]
    # STEP/ARTIFACT/ is at the end of each: the folder of the run has them all.
    folders = dict.fromkeys(shown_name({"uri": uri.rsplit("/", 3)[0] + "/"}) for uri in stored)
    return lines + [f"Stored in {folder}" for folder in folders]


def load_hint(run: Mapping[str, Any]) -> str:
    """Return how a failed step can be looked at in its notebook; an empty text when no step failed."""
    task = next((one for one in run["tasks"] if run["error"] and one["id"] == run["error"].get("task")), None)
    if task is None or task["state"] != states.FAILED or not run["source"]["notebook"]:
        return ""
    import shlex

    words = f"%pipeline load {run['id'][:SHORT_ID]} {shlex.quote(task['name'])}"
    return f"{words} puts its inputs into this notebook."


def error_line(error: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> str:
    """Return ``train, cell 4, line 2: ValueError: message``."""
    names = {task["id"]: task["name"] for task in tasks}
    task = error.get("task")
    place = ", ".join(part for part in (names.get(task, task) if task else "", where(error, numbers)) if part)
    what = error_text(error)
    return f"{place}: {what}" if place else what


def error_text(error: Mapping[str, Any]) -> str:
    """Return ``ValueError: message`` in one line: of a longer message the first, the traceback has them all."""
    first, _, more = str(error["message"]).strip().partition("\n")
    said = f"{cut(first, _MESSAGE - 2)} …" if more else cut(first, _MESSAGE)
    kind = error.get("type")
    if not said:
        return str(kind or error["reason"])
    return f"{kind}: {said}" if kind else said


def summary_rows(summaries: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return rows for a table of runs: state, name, when, how long, steps, one metric or the reason, id."""
    ids = short_ids(run["id"] for run in summaries)
    return [
        [
            f"{icon(run['state'])} {word(run['state'])}",
            run["name"],
            when(run["created"]),
            duration(seconds_between(run["started"], run["finished"])),
            "{done} of {total}".format(**run["progress"]),
            remark(run),
            ids[run["id"]],
        ]
        for run in summaries
    ]


SUMMARY_HEAD = ["State", "Name", "When", "Time", "Steps", "Result", "Id"]


def summary_lines(summaries: Sequence[Mapping[str, Any]], width: int | None = None) -> list[str]:
    """Return the table of runs with its head; *width* is what a line may take: the results are cut to it."""
    rows = [SUMMARY_HEAD, *summary_rows(summaries)]
    if width:
        at = SUMMARY_HEAD.index("Result")
        others = max(map(len, columns([[*row[:at], "", *row[at + 1 :]] for row in rows])))
        rows = [[*row[:at], cut(row[at], max(width - others, len("Result"))), *row[at + 1 :]] for row in rows]
    return columns(rows)


def remark(run: Mapping[str, Any]) -> str:
    """Return what a table says about a run beside its state: why it failed or waits, else its metric."""
    if run["error"]:
        task = f"{run['error']['task']}: " if run["error"].get("task") else ""
        return cut(f"{task}{error_text(run['error'])}", _PREVIEW)
    if run["reason"]:
        return cut(run["reason"], _PREVIEW)
    metric = run.get("metric")
    return f"{metric['key']} {number(metric['value'])}" if metric else ""


def metric_texts(run: Mapping[str, Any]) -> list[str]:
    """Return the newest metrics, ``accuracy 0.963`` each; first how many older ones there are."""
    metrics = run["metrics"]
    shown = [f"{one['key']} {number(one['value'])}" for one in metrics[-_MOST_METRICS:]]
    return [f"… {len(metrics) - _MOST_METRICS} more", *shown] if len(metrics) > _MOST_METRICS else shown


def outputs_text(task: Mapping[str, Any], most: int = _PREVIEW) -> str:
    """Return the values of a step with their previews, cut to *most* characters."""
    return cut(", ".join(f"{one['name']} = {one['preview'].strip()}" for one in task["outputs"]), most)


def _task_row(task: Mapping[str, Any]) -> list[str]:
    said = task["reason"] or ""
    if task["error"]:
        said = error_text(task["error"])
    return [
        f"{icon(task['state'])} {word(task['state'])}",
        task["name"],
        duration(seconds_between(task["started"], task["finished"])),
        cut(said, _PREVIEW) or outputs_text(task),
    ]
