"""``POST graph``: steps, data flow and diagnostics of a notebook as it is in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import CelliftHandler

_FIELDS = frozenset({"path", "content"})


class GraphHandler(CelliftHandler):
    """Analysis of a notebook that need not be saved. User code is never executed."""

    # Sent while the user types: the typing itself is what keeps a server alive, not its echo.
    _track_activity = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer ``{graph, diagnostics, step_options}``, and with ``explain=1`` the reasons too.

        A notebook with errors is a 200, something that is no notebook a 400.
        """
        fields = await self.body(_FIELDS)
        file = self.service.paths.file(fields.text("path"))
        content = fields.mapping("content")
        explain = self.query().integer("explain", 0, low=0, high=1) == 1
        self.answer(await self.blocking(_analyse, content, file, explain))


def _analyse(content: dict[str, Any], file: Path, explain: bool) -> dict[str, Any]:
    from cellift.engine.launch import analyse_notebook, explain_notebook
    from cellift.notebook.directives import OPTIONS

    more: dict[str, Any] = {}
    if explain:
        analysis, more["explanation"] = explain_notebook(content, str(file))
    else:
        analysis = analyse_notebook(content, str(file))
    return {
        "graph": analysis.graph.to_dict(),
        "diagnostics": [diagnostic.to_dict() for diagnostic in analysis.diagnostics],
        "step_options": [option.to_dict() for option in OPTIONS.values()],
        **more,
    }
