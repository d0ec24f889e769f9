"""A part of a pipeline: one step and what it needs."""

from __future__ import annotations

from dataclasses import replace

from cellift.notebook.graph import Graph


def upstream_of(graph: Graph, step: str) -> Graph:
    """The graph of the step with id or name ``step`` and all steps before it that it depends on.

    Parameters that no remaining step uses are left out. Unknown step: :class:`KeyError` with the known names.
    """
    chosen = next((one for one in graph.steps if one.id == step), None) or next(
        (one for one in graph.steps if one.name == step), None
    )
    if chosen is None:
        raise KeyError(f"no step {step!r}; there are: {', '.join(one.name for one in graph.steps)}")
    needed: set[str] = set()
    waiting = [chosen.id]
    by_id = {one.id: one for one in graph.steps}
    while waiting:
        current = waiting.pop()
        if current in needed:
            continue
        needed.add(current)
        waiting += [*by_id[current].inputs.values(), *by_id[current].file_sources]
        waiting += [edge.source for edge in graph.edges if edge.target == current]
    steps = tuple(one for one in graph.steps if one.id in needed)
    used = {name for one in steps for name in one.params}
    return replace(
        graph,
        steps=steps,
        edges=tuple(edge for edge in graph.edges if edge.source in needed and edge.target in needed),
        parameters=tuple(parameter for parameter in graph.parameters if parameter.name in used),
    )
