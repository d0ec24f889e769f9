"""A run and a list of runs as HTML, for front ends without our extension: no script, styles inline.

Colours come from the theme, through JupyterLab's and VS Code's variables, else they are such as read on light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cellift.api.run_text import SUMMARY_HEAD, error_line, load_hint, metric_texts, outputs_text, summary_rows
from cellift.api.words import SHORT_ID, duration, icon, seconds_between, word
from cellift.runs import states

_COLOURS = {
    states.SUCCEEDED: "var(--jp-success-color1, #2e8b57)",
    states.CACHED: "var(--jp-success-color1, #2e8b57)",
    states.FAILED: "var(--jp-error-color1, var(--vscode-errorForeground, #d13438))",
    states.RUNNING: "var(--jp-brand-color1, var(--vscode-progressBar-background, #2a7de1))",
    states.CANCELLING: "var(--jp-brand-color1, var(--vscode-progressBar-background, #2a7de1))",
}
_MUTED = "var(--jp-ui-font-color2, var(--vscode-descriptionForeground, #808080))"
_LINE = "1px solid var(--jp-border-color2, var(--vscode-panel-border, #80808055))"
_MONO = "font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px)"
_CELL = "text-align:left;padding:2px 12px 2px 0;vertical-align:top"


def run_card(run: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """Return the card of a run: state, name, time; one row per step; the error with its traceback folded."""
    length = duration(seconds_between(run["started"], run["finished"]))
    parts = [
        f'<div class="cellift-run" data-state="{escape(run["state"])}" style="border:{_LINE};border-radius:4px;'
        'padding:8px 12px;max-width:60em">',
        f"<div>{_state(run['state'])} <strong>{escape(run['name'])}</strong>"
        f' <span style="color:{_MUTED}">{escape(length)} · run {escape(run["id"][:SHORT_ID])}</span></div>',
    ]
    rows = [
        [
            _state(task["state"]),
            escape(task["name"]),
            escape(duration(seconds_between(task["started"], task["finished"]))),
            f'<span style="color:{_MUTED}">{escape(task["reason"] or outputs_text(task))}</span>',
        ]
        for task in run["tasks"]
    ]
    parts.append(_table(["State", "Step", "Time", "Values"], rows, free=3))
    if run["metrics"]:
        parts.append(f"<div>{escape(' · '.join(metric_texts(run)))}</div>")
    parts += [f"<div>▲ {escape(warning['message'])}</div>" for warning in run.get("warnings", [])]
    error = run["error"]
    if error:
        parts.append(
            f'<div style="color:{_COLOURS[states.FAILED]}">{escape(error_line(error, run["tasks"], numbers))}</div>'
        )
        hint = load_hint(run)
        if hint:
            parts.append(f'<div style="color:{_MUTED}">{escape(hint)}</div>')
        if error.get("traceback"):
            parts.append(
                f'<details><summary>Traceback</summary><pre style="{_MONO};white-space:pre-wrap;margin:4px 0 0">'
                f"{escape(error['traceback'])}</pre></details>"
            )
    parts.append("</div>")
    return "".join(parts)


def runs_table(summaries: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of runs."""
    rows = []
    for run, texts in zip(summaries, summary_rows(summaries), strict=True):
        cells = [escape(text) for text in texts]
        cells[0] = _state(run["state"])
        cells[-1] = f'<code title="{escape(run["id"])}">{cells[-1]}</code>'
        rows.append(cells)
    return _table(SUMMARY_HEAD, rows, free=5)


def _state(state: str) -> str:
    return f'<span style="color:{_COLOURS.get(state, _MUTED)}">{icon(state)} {word(state)}</span>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], free: int) -> str:
    """A table whose column *free* takes the room that is left and may wrap; all others stay on one line."""

    def cells(tag: str, texts: Sequence[str], style: str) -> str:
        return "".join(
            f'<{tag} style="{_CELL}{style}{"" if index == free else ";white-space:nowrap"}">{text}</{tag}>'
            for index, text in enumerate(texts)
        )

    heads = cells("th", [escape(text) for text in head], f";color:{_MUTED};font-weight:normal")
    body = "".join(f"<tr>{cells('td', row, '')}</tr>" for row in rows)
    # Front ends style tables of their own: fixed layout, another size of letters.
    return (
        '<table style="border-collapse:collapse;table-layout:auto;margin:4px 0;font-size:inherit;'
        f'font-variant-numeric:tabular-nums"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    )
