"""``--after STEP``: steps that run one after the other because somebody says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.graph import Edge, EdgeName, Place
from cellift.notebook.state.names import ORDER
from cellift.notebook.steps import Group


def with_asked_order(
    edges: Sequence[Edge], groups: Sequence[Group], ids: Mapping[int, str], names: Mapping[int, str]
) -> tuple[list[Edge], list[Diagnostic]]:
    """``edges`` with those added that the options ask for, and an error for each step that is not above."""
    found = {(edge.source, edge.target): edge for edge in edges}
    problems: list[Diagnostic] = []
    place = {group.name: index for index, group in enumerate(groups) if group.cells and index}
    for index, group in enumerate(groups):
        for wanted in group.options.get("after", ()):
            source = place.get(wanted)
            if source is None or source >= index:
                there = "is not above it" if source is not None else "is not in the notebook"
                problems.append(
                    diagnose(
                        "CL115",
                        f"Step {group.name} is to run after step `{wanted}`, which {there}.",
                        cell=group.cells[0],
                        line=1,
                        fix="Name a step further up: steps run in the order of the notebook.",
                    )
                )
                continue
            key = (ids[source], ids[index])
            reason = EdgeName(
                ORDER,
                Place(groups[source].cells[0], 1),
                Place(group.cells[0], 1),
                f"{names[index]} says that it runs after {names[source]} (--after)",
            )
            found[key] = Edge(*key, (*(found[key].names if key in found else ()), reason))
    order = {identifier: index for index, identifier in ids.items()}
    return sorted(found.values(), key=lambda edge: (order[edge.target], order[edge.source])), problems
