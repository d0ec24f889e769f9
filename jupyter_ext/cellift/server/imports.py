"""``POST import/kale``: what a notebook of Kale or papermill becomes here; the browser takes it over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import CelliftHandler

_FIELDS = frozenset({"path", "content"})


class ImportKaleHandler(CelliftHandler):
    """The marks for a notebook that another tool has marked. Nothing is written, user code is never executed."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer ``{notebook, cells, report, diagnostics}``; 400 with CL005 when there is nothing to take over."""
        fields = await self.body(_FIELDS)
        file = self.service.paths.file(fields.text("path"))
        self.answer(await self.blocking(_import, fields.mapping("content"), file))


def _import(content: dict[str, Any], file: Path) -> dict[str, Any]:
    from cellift.engine.launch import import_kale_notebook

    imported = import_kale_notebook(content, str(file))
    return {
        "notebook": imported.content["metadata"]["cellift"],
        "cells": [{"index": index, "cellift": mark} for index, mark in sorted(imported.marks.items())],
        "report": [item.to_dict() for item in imported.report],
        "diagnostics": [one.to_dict() for one in imported.analysis.diagnostics],
    }
