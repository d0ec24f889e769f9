"""A notebook's graph as a cell shows it."""

from __future__ import annotations

from typing import Any


class GraphView:
    """Drawn by JupyterLab and Notebook 7 (Mermaid); as text in a terminal and elsewhere.

    ``record`` is the graph as JSON-like data, ``diagnostics`` what was found.
    """

    def __init__(self, record: dict[str, Any], diagnostics: list[dict[str, Any]]) -> None:
        self.record = record
        self.diagnostics = diagnostics

    def __repr__(self) -> str:
        from cellift.api.graph_text import graph_lines

        return "\n".join(graph_lines(self.record))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        from cellift.api.graph_text import mermaid

        # No text/html beside it: JupyterLab would show that one instead of the drawing.
        return {"text/vnd.mermaid": mermaid(self.record), "text/plain": repr(self)}
