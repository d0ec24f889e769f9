"""``data/connections/NAME/made-by``: the runs that read or made an object."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cellift.runs.model import ObjectUse
    from cellift.server.service import Service


class MadeByHandler(DataHandler):
    """What runs recorded of one object."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer ``{runs}``, the newest first; no store is asked."""
        bucket, key = self.place()
        self.answer({"runs": await self.blocking(_using, self.service, connection, bucket, key)})


def _using(service: Service, connection: str, bucket: str, key: str) -> Sequence[ObjectUse]:
    with closing(service.store()) as store:
        return store.using(connection, bucket, key)
