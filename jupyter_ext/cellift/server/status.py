"""``GET status``: the handshake of the front end."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift._version import __version__
from cellift.server.base import CelliftHandler
from cellift.server.service import Service


class StatusHandler(CelliftHandler):
    """Version, where things are, and how many runs are going on."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer ``{version, home, python, active}``."""
        self.answer(await self.blocking(_status, self.service))


def _status(service: Service) -> dict[str, Any]:
    with closing(service.store()) as store:
        active = store.active_count()
    return {"version": __version__, "home": str(service.home()), "python": sys.executable, "active": active}
