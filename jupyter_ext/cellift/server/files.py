"""``GET runs/ID/files/TASK/FILE``: what a step's cells showed, served so that it cannot act in the user's name."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import CelliftHandler
from cellift.server.errors import ApiError
from cellift.server.service import Service

_CHUNK = 256 * 1024
# Shown by the browser; anything else is offered as a download.
_SHOWN = {
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tex": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}


class FileHandler(CelliftHandler):
    """Display files only: nothing else of a run's folder is served."""

    @property
    def content_security_policy(self) -> str:
        """No scripts, no origin, nothing loaded: the file is user output and may hold anything."""
        return "; ".join(
            [
                "sandbox",
                "default-src 'none'",
                "style-src 'unsafe-inline'",
                "img-src data:",
                "frame-ancestors 'self'",
            ]
        )

    @web.authenticated
    @authorized
    async def get(self, run_id: str, task: str, name: str) -> None:
        """Send the file's bytes."""
        # As Jupyter does for /files/: another site must not embed what the user's runs showed.
        self.check_xsrf_cookie()
        path, size = await self.blocking(_display_file, self.service, run_id, task, name)
        mime = _SHOWN.get(path.suffix.lower())
        if mime is None:
            mime = "application/octet-stream"
            self.set_attachment_header(path.name)
        self.set_header("Content-Type", mime)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Length", str(size))
        self.set_header("Cache-Control", "private, no-cache")
        file = await self.blocking(path.open, "rb")
        try:
            left = size
            while left > 0:
                chunk = await self.blocking(file.read, min(_CHUNK, left))
                if not chunk:
                    break
                left -= len(chunk)
                self.write(chunk)
                await self.flush()
        finally:
            await self.blocking(file.close)
        await self.finish(set_content_type=mime)


def _display_file(service: Service, run_id: str, task: str, name: str) -> tuple[Path, int]:
    """The path and size of a display file; 404 for anything that is not one, links out of the folder included."""
    store = service.store()
    run = store.load(store.resolve(run_id))
    if any(known["id"] == task for known in run["tasks"]):
        folder = store.folder(run["id"]) / "values" / task / "display"
        try:
            path = Path(os.path.realpath(folder / name.removeprefix("display/")))
            if path.is_relative_to(os.path.realpath(folder)) and path.is_file():
                return path, path.stat().st_size
        except (OSError, ValueError):  # ValueError: a NUL in the name
            pass
    raise ApiError(404, f"Task {task!r} of this run has no display file {name!r}.")
