"""What the handlers share: worker threads, the run store, contents paths, and what goes on between requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellift.server.data.local_endpoint import LocalEndpoint
from cellift.server.data.stores import Stores
from cellift.server.follower import Follower
from cellift.server.keepalive import Keepalive
from cellift.server.kernels import give
from cellift.server.paths import ContentsPaths
from cellift.server.workers import Workers


class Service(Workers):
    """The collaborators of the handlers, made from the settings of the web application."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.paths = ContentsPaths(settings["contents_manager"])
        self.stores = Stores()
        self.endpoint = LocalEndpoint()
        give(settings.get("kernel_manager"), self.endpoint.variables)
        self.keepalive = Keepalive(self, settings["last_activity_times"], self.stores.active)
        self.follower = Follower(self, self.keepalive, settings["event_logger"])

    async def close(self) -> None:
        """Stop following, end the endpoint, cancel transfers and refuse new work."""
        await self.follower.close()
        await self.keepalive.close()
        await self.endpoint.close()
        await self.stores.close()
        await super().close()
