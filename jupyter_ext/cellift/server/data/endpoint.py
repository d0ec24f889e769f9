"""``data/endpoint``: the S3 endpoint over the local tree; no answer holds its keys."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler


class EndpointHandler(DataHandler):
    """The one endpoint of this server."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer whether it runs, where, and how programs find it."""
        self.answer(self.service.endpoint.state())

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Start it: 201 with its state; 200 when it runs already."""
        if self.request.body:
            await self.body(frozenset())
        started = await self.blocking(self.service.endpoint.start)
        self.answer(self.service.endpoint.state(), 201 if started else 200)

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Stop it: 204, also when it does not run."""
        await self.blocking(self.service.endpoint.stop)
        self.set_status(204)
        await self.finish()
