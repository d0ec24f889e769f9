"""The order that Kale's ``prev:`` tags ask for beside the one that the data flow gives."""

from __future__ import annotations

from collections.abc import Mapping

from cellift.notebook.analysis import Analysis
from cellift.notebook.cells import Notebook
from cellift.notebook.kale.report import Item


def compare_order(
    analysis: Analysis,
    prev: Mapping[str, Mapping[str, int]],
    names: Mapping[str, str],
    notebook: Notebook,
    metrics: str = "",
) -> list[Item]:
    """``prev`` maps our steps to Kale's names of those before, with the cell that says so; ``names`` those to ours.

    ``metrics`` is our step of Kale's metrics cell, for which Kale asks no order.
    """
    graph = analysis.graph
    ids = {step.name: step.id for step in graph.steps}
    shown = {step.id: step.name for step in graph.steps}
    order = {step.id: place for place, step in enumerate(graph.steps)}
    edges = {(edge.source, edge.target): [name.name for name in edge.names] for edge in graph.edges}
    report: list[Item] = []
    asked: set[tuple[str, str]] = set()
    for target, befores in prev.items():
        for before, index in befores.items():
            cell = notebook.cells[index]
            source = ids.get(names.get(before, ""))
            what = f"`prev:{before}` of step {target}"
            if source is None:
                report.append(Item("note", what, "there is no such step", cell.number, cell.id))
                continue
            asked.add((source, ids[target]))
            kind, text = _verdict(source, ids[target], edges, order)
            report.append(Item(kind, what, text, cell.number, cell.id))
    known = _reachable(asked)
    setup = {step.id for step in graph.steps if step.role == "setup"}
    for (source, target), crossing in edges.items():
        if (source, target) not in known and source not in setup and shown[target] != metrics:
            listed = ", ".join(f"`{name}`" for name in crossing)
            text = f"{listed} cross; no `prev:` tag says so, and Kale runs the step without them"
            report.append(Item("honoured", f"{shown[source]} → {shown[target]}", text))
    return report


def _verdict(
    source: str, target: str, edges: Mapping[tuple[str, str], list[str]], order: Mapping[str, int]
) -> tuple[str, str]:
    if order[source] > order[target]:
        return "impossible", "that step stands further down; a pipeline follows the notebook from top to bottom"
    if (source, target) in edges:
        listed = ", ".join(f"`{name}`" for name in edges[source, target])
        return "taken", f"kept by what crosses: {listed}"
    if (source, target) in _reachable(set(edges)):
        return "taken", "kept: steps between them need it"
    return "honoured", "not needed: the step uses nothing of it, so both may run at the same time"


def _reachable(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """All pairs that a path leads through."""
    after: dict[str, set[str]] = {}
    for source, target in edges:
        after.setdefault(source, set()).add(target)
    found: set[tuple[str, str]] = set()
    for start in after:
        waiting = [start]
        while waiting:
            for target in after.get(waiting.pop(), ()):
                if (start, target) not in found:
                    found.add((start, target))
                    waiting.append(target)
    return found
