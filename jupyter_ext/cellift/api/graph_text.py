"""A notebook's graph drawn as text and as a Mermaid flow chart, from its JSON form (``Graph.to_dict()``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cellift.api.words import plural

# Longer labels push the boxes of a drawing apart until nothing can be read.
LABEL_NAMES = 4


def names_label(names: Sequence[str], most: int = LABEL_NAMES) -> str:
    """Return ``X, y`` or ``a, b, c, d and 3 more``."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def graph_lines(graph: Mapping[str, Any]) -> list[str]:
    """Return one block per step, in document order: its cells and parameters, then the steps that take its values."""
    steps = graph["steps"]
    head = f"{graph['name']}: {plural(len(steps), 'step')}"
    if graph["parameters"]:
        head += f", {plural(len(graph['parameters']), 'parameter')}"
    lines = [head]
    if graph["parameters"]:
        lines += ["", "parameters"]
        width = max(len(one["name"]) for one in graph["parameters"])
        lines += [f"   {one['name']:<{width}}  {one['default']!r}" for one in graph["parameters"]]
    numbers = {cell["cell"]: cell["number"] for cell in graph["cells"]}
    names = {step["id"]: step["name"] for step in steps}
    width = max((len(step["name"]) for step in steps), default=0)
    for step in steps:
        facts = [_cells(step["cells"], numbers)]
        if step["params"]:
            facts.append(f"parameters {', '.join(step['params'])}")
        if step["role"] != "step":
            facts.append(f"({step['role']})")
        lines += ["", f"{step['name']:<{width}}  {'  '.join(fact for fact in facts if fact)}".rstrip()]
        leaving = [edge for edge in graph["edges"] if edge["source"] == step["id"]]
        for edge in leaving:
            branch = "└─" if edge is leaving[-1] else "├─"
            label = ", ".join(name["label"] for name in edge["names"])
            lines.append(
                f"{branch} {label} → {names[edge['target']]}" if label else f"{branch} → {names[edge['target']]}"
            )
    return lines


def mermaid(graph: Mapping[str, Any]) -> str:
    """Return the graph as a Mermaid flow chart, which JupyterLab, GitHub and many editors draw."""
    lines = ["flowchart LR"]
    for step in graph["steps"]:
        shape = '(["{}"])' if step["role"] == "setup" else '["{}"]'
        lines.append(f"  {_node(step['id'])}{shape.format(_escape(step['name']))}")
    for edge in graph["edges"]:
        label = _escape(names_label([name["label"] for name in edge["names"]]))
        arrow = f'-- "{label}" -->' if label else "-->"
        lines.append(f"  {_node(edge['source'])} {arrow} {_node(edge['target'])}")
    return "\n".join(lines) + "\n"


def _cells(cells: Sequence[str], numbers: Mapping[str, int]) -> str:
    known = [str(numbers[cell]) for cell in cells if cell in numbers]
    if not known:
        return ""
    return f"cell {known[0]}" if len(known) == 1 else f"cells {', '.join(known)}"


def _node(step_id: str) -> str:
    # The prefix keeps clear of Mermaid's own words: a node called "end" breaks the drawing.
    return "s_" + step_id.replace("-", "_")


# Mermaid's own escapes; a quote or bracket as it is ends the label.
_ESCAPES = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\n": " "})


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)
