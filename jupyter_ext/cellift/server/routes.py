"""The routing table. Every route is in ``openapi.yaml``, and a test holds the two together."""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

from cellift.server.data.routes import ROUTES as DATA_ROUTES
from cellift.server.files import FileHandler
from cellift.server.graph import GraphHandler
from cellift.server.imports import ImportKaleHandler
from cellift.server.logs import LogHandler
from cellift.server.runs import CancelHandler, RunHandler, RunsHandler
from cellift.server.service import Service
from cellift.server.status import StatusHandler
from cellift.server.watch import WatchHandler

_RUN = r"(?P<run_id>[0-9A-Za-z-]{1,64})"
_TASK = r"(?P<task>[^/]+)"
_FILE = r"(?P<name>[^/].*)"

_ROUTES: tuple[tuple[str, type[RequestHandler]], ...] = (
    (r"/cellift/api/status", StatusHandler),
    (r"/cellift/api/graph", GraphHandler),
    (r"/cellift/api/import/kale", ImportKaleHandler),
    (r"/cellift/api/watch", WatchHandler),
    (r"/cellift/api/runs", RunsHandler),
    (rf"/cellift/api/runs/{_RUN}", RunHandler),
    (rf"/cellift/api/runs/{_RUN}/cancel", CancelHandler),
    (rf"/cellift/api/runs/{_RUN}/logs/{_TASK}", LogHandler),
    (rf"/cellift/api/runs/{_RUN}/files/{_TASK}/{_FILE}", FileHandler),
    *DATA_ROUTES,
)


def handlers(service: Service) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
    """The routes below the server's base URL, each given ``service``."""
    return [(pattern, handler, {"service": service}) for pattern, handler in _ROUTES]
