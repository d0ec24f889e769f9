"""Why a graph is as it is, as text, from the JSON of ``cellift graph --explain``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def explain_lines(explanation: Mapping[str, Any], step: str | None = None) -> list[str]:
    """Return one block per step: what it takes, copies, repeats and gives, each with its reason.

    *step* (name or id) keeps that step. Raises `KeyError` when there is none of that name.
    """
    steps = explanation["steps"]
    chosen = [one for one in steps if step in (None, one["name"], one["id"])]
    if not chosen and step is not None:
        raise KeyError(step)
    names = {one["id"]: one["name"] for one in steps}
    lines: list[str] = []
    for one in chosen:
        taken = [edge for edge in explanation["edges"] if edge["target"] == one["id"]]
        given = [edge for edge in explanation["edges"] if edge["source"] == one["id"]]
        blocks = [
            ("takes", _aligned(_taken(name, names[edge["source"]]) for edge in taken for name in edge["names"])),
            ("parameters", [item["reason"] for item in one["parameters"]]),
            ("copied", [line for item in one["copied"] for line in _code(item)]),
            ("repeated", [line for item in one["repeated"] for line in _code(item)]),
            ("gives", [f"{_listed(edge)} → {names[edge['target']]}" for edge in given]),
        ]
        lines += ["", one["name"]] if lines else [one["name"]]
        for title, inside in blocks:
            if inside:
                lines += [f"  {title}", *(f"    {line}" for line in inside)]
        if not any(inside for _, inside in blocks):
            lines.append("  stands by itself: nothing comes from elsewhere, nothing is taken by other steps")
    return lines


def place_words(place: Mapping[str, Any]) -> str:
    """Return ``cell 3, line 2``."""
    return f"cell {place['number']}, line {place['line']}"


def _taken(name: Mapping[str, Any], source: str) -> list[str]:
    made = f"changed by {name['how']}" if name["how"] else "made"
    by = f" by {name['through']}()" if name["through"] else ""
    return [
        name["label"],
        f"from {source}",
        f"{made} in {place_words(name['producer'])}, used{by} in {place_words(name['consumer'])}",
    ]


def _listed(edge: Mapping[str, Any]) -> str:
    return ", ".join(name["label"] for name in edge["names"])


def _aligned(rows: Iterable[list[str]]) -> list[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _code(item: Mapping[str, Any]) -> list[str]:
    return [f"{place_words(item)}: {item['text']}", f"    {item['reason']}"]
