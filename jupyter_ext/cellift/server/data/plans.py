"""``data/plans``: what a transfer would do, before it is asked for."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler
from cellift.server.data.places import request_of, targets_of

KINDS = ("copy", "move", "delete", "import", "export")


class PlansHandler(DataHandler):
    """Counts what is meant; nothing is changed."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer ``{objects, bytes, more, examples, existing}``; counting stops after some seconds."""
        from cellift.storage.transfers.counting import count_copies, count_removal

        fields = await self.body(frozenset({"kind", "sources", "to"}))
        kind = fields.choice("kind", KINDS)
        if kind == "delete":
            counted = await self.blocking(count_removal, targets_of(fields), self.stores.open)
        else:
            request = request_of(fields, kind, self.service.paths)
            hidden = self.service.paths.shows_hidden
            counted = await self.blocking(count_copies, request, self.stores.open, hidden=hidden)
        self.answer(counted._asdict())
