"""What a run came to, for the end of ``cellift run`` and for ``cellift runs show``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cellift.api.diagnostics_text import Paint
from cellift.api.run_text import error_line, load_hint, outputs_text
from cellift.api.table import columns, cut
from cellift.api.words import SHORT_ID, duration, icon, number, seconds_between, size, word
from cellift.cli.terminal import state_style
from cellift.runs import states
from cellift.runs.store import tree_size

_PREVIEW = 100
_NAME = 40
_MOST_METRICS = 20
# The end of a log that is worth repeating below a result.
_TAIL_LINES = 8
_TAIL_BYTES = 8192


def result_lines(run: Mapping[str, Any], paint: Paint, width: int | None = None) -> list[str]:
    """Return the state, a row per step, and the values and metrics of the steps at the end.

    With *width*, the rows are cut at the edge of the terminal.
    """
    length = duration(seconds_between(run["started"], run["finished"]))
    style = state_style(run["state"])
    head = paint(f"{icon(run['state'])} {word(run['state'])}", style)
    lines = [f"{head}  {paint(run['name'], 'bold')}  {length}".rstrip(), ""]
    rows = [
        [
            f"{icon(task['state'])} {word(task['state'])}",
            cut(task["name"], _NAME),
            duration(seconds_between(task["started"], task["finished"])),
            task["reason"] or outputs_text(task),
        ]
        for task in run["tasks"]
    ]
    for task, row in zip(run["tasks"], columns(rows), strict=True):
        line = cut(row, max(width - 2, 1)) if width else row
        end = len(word(task["state"])) + 2
        lines.append(f"  {paint(line[:end], state_style(task['state']))}{line[end:]}")
    results = _results(run)
    if results:
        lines += ["", *(f"  {line}" for line in columns(results))]
    lines += [f"  ▲ {warning['message']}" for warning in run["warnings"]]
    return lines


def printed_lines(run: Mapping[str, Any], log: Callable[[str, int], Path], paint: Paint) -> list[str]:
    """Return the ends of what the steps at the end printed; *log* gives the file of a task's attempt."""
    lines: list[str] = []
    for task in _last_steps(run):
        try:
            with log(task["id"], max(task["attempt"], 1)).open("rb") as file:
                file.seek(max(file.seek(0, 2) - _TAIL_BYTES, 0))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            continue
        tail = [line.rsplit("\r", 1)[-1] for line in text.rstrip("\n").split("\n")] if text.strip() else []
        if tail:
            lines += ["", f"  {paint(task['name'], 'bold')} printed", *(f"    {line}" for line in tail[-_TAIL_LINES:])]
    return lines


def place_lines(run: Mapping[str, Any], folder: Path, facts: Sequence[list[str]] = ()) -> list[str]:
    """Return *facts* (name and text each), where the pictures and the record are, and how the logs are read."""
    rows = [
        *facts,
        *(
            ["shown", _from_home(folder / "values" / task["id"] / item["file"])]
            for task in run["tasks"]
            for item in task["display"]
            if item["mime"].startswith("image/")
        ),
        ["recorded", f"{_from_home(folder)}  ({size(tree_size(folder))})"],
        ["logs", f"cellift runs logs {run['id'][:SHORT_ID]}"],
    ]
    return [f"  {line}" for line in columns(rows)]


def failure_lines(run: Mapping[str, Any], numbers: Mapping[str, int], paint: Paint) -> list[str]:
    """Return why a run failed: step, place, error, traceback, and the command that shows more."""
    error = run["error"]
    if not error:
        return []
    lines = [f"{paint('error', 'error')}: {error_line(error, run['tasks'], numbers)}"]
    if error.get("traceback"):
        lines += ["", *(f"  {line}" for line in error["traceback"].rstrip("\n").split("\n"))]
    failed = [task for task in run["tasks"] if task["state"] == states.FAILED and task["id"] == error.get("task")]
    if failed:
        lines += ["", f"What the step printed: cellift runs logs {run['id'][:SHORT_ID]} {_quoted(failed[0]['name'])}"]
        hint = load_hint(run)
        lines += [f"In the notebook: {hint}"] if hint else []
    return lines


def _results(run: Mapping[str, Any]) -> list[list[str]]:
    """Metrics, and what the steps made that no other step takes."""
    metrics = run["metrics"]
    rows = [[one["key"], number(one["value"])] for one in metrics[-_MOST_METRICS:]]
    if len(metrics) > _MOST_METRICS:
        rows.insert(0, [f"… {len(metrics) - _MOST_METRICS} more", ""])
    told = {(one["task"], one["key"]) for one in metrics}
    for task in _last_steps(run):
        others = [one for one in task["outputs"] if (task["id"], one["name"]) not in told]
        rows += [[one["name"], _first_line(one["preview"])] for one in others]
    return rows


def _last_steps(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The steps that succeeded and that no other step takes anything from."""
    taken = {producer for task in run["tasks"] for producer in task["inputs"].values()}
    done = (states.SUCCEEDED, states.CACHED)
    return [task for task in run["tasks"] if task["id"] not in taken and task["state"] in done]


def _first_line(text: str) -> str:
    return cut(text.strip(), _PREVIEW)


def _from_home(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(folder)


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)
