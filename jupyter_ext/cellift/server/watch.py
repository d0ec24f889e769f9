"""``POST watch``: a client says that it listens to run events for the next while."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import CelliftHandler
from cellift.server.follower import LEASE

_FIELDS = frozenset({"runs"})


class WatchHandler(CelliftHandler):
    """The lease of the journals' follower."""

    # A forgotten browser tab renews for ever; that is no reason to keep an idle server.
    _track_activity = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Follow all active runs, and ``runs`` by id, for ``ttl`` seconds; the body may be empty."""
        runs: list[str] = []
        if self.request.body:
            runs = (await self.body(_FIELDS)).optional_texts("runs", at_most=1000)
        self.service.follower.watch(runs)
        self.answer({"ttl": LEASE})
