"""``data/transfers``: work on objects that goes on without the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import explaining
from cellift.server.data.base import DataHandler
from cellift.server.data.places import request_of, target_of, targets_of
from cellift.server.errors import ApiError
from cellift.server.fields import Fields

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.server.data.stores import Stores
    from cellift.storage.targets import Target
    from cellift.storage.transfers.registry import Transfers
    from cellift.storage.transfers.transfer import Transfer
    from cellift.storage.transfers.upload import Feed

    Work = Callable[[Transfer], None]

KINDS = ("upload", "copy", "move", "delete", "size", "import", "export", "undo")
MOST_SIZE = 5 << 40
"""Bytes of an object at most, in S3."""
_UNBROKEN = 256 << 10
"""Bytes of a body that are taken before others have their turn on the event loop."""
_FIELDS = frozenset({"kind", "sources", "to", "size", "existing", "transfer"})
_VERBS = {
    "copy": "Copy",
    "move": "Move",
    "delete": "Remove",
    "size": "Size of",
    "import": "Upload",
    "export": "Download",
}


class TransfersHandler(DataHandler):
    """All transfers of this server."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer them, the newest first: ``{transfers}``."""
        self.answer({"transfers": [one.to_dict() for one in self.stores.transfers().list()]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Begin one: 202. An upload's bytes are brought afterwards."""
        from cellift.storage.transfers.transfer import Transfer
        from cellift.storage.transfers.work import EXISTING

        fields = await self.body(_FIELDS)
        kind = fields.choice("kind", KINDS)
        existing = fields.choice("existing", EXISTING, "fail")
        if kind == "upload":
            transfer = await self.blocking(_upload, self.stores, fields, existing)
        else:
            title, work = self._work(kind, fields, existing)
            transfer = await self.blocking(self.stores.transfers().start, Transfer(kind, title), work)
        self.service.keepalive.begin()
        self.answer(transfer.to_dict(), 202)

    def _work(self, kind: str, fields: Fields, existing: str) -> tuple[str, Work]:
        from cellift.storage.transfers import work

        opener = self.stores.open
        if kind == "undo":
            removal = _find(self.stores.transfers(), fields.text("transfer"))
            if removal.state == "running" or not removal.removed:
                raise ApiError(409, "Nothing of this transfer can be brought back.")
            return f"Bring back what was removed: {removal.title}", work.undo(removal, opener)
        if kind in {"delete", "size"}:
            sources = targets_of(fields)
            title = f"{_VERBS[kind]} {_names([str(one) for one in sources])}"
            return title, (work.delete if kind == "delete" else work.sum_up)(sources, opener)
        request = request_of(fields, kind, self.service.paths)
        title = f"{_VERBS[kind]} {_names([self._shown(one) for one in request.sources])} to {self._shown(request.to)}"
        hidden = self.service.paths.shows_hidden
        return title, work.copy(request, opener, move=kind == "move", existing=existing, hidden=hidden)

    def _shown(self, end: Target | Path) -> str:
        """A place as the browser knows it: files by their contents path, the root folder as ``/``."""
        from pathlib import Path

        from cellift.storage.shown import shown

        if isinstance(end, Path):
            path = self.service.paths.contents(str(end))
            return shown("/" if path == "." else path or end.name)
        return str(end)


class TransferHandler(DataHandler):
    """One transfer."""

    @web.authenticated
    @authorized
    async def get(self, transfer_id: str) -> None:
        """Answer how far it is."""
        self.answer(_find(self.stores.transfers(), transfer_id).to_dict())

    @web.authenticated
    @authorized
    async def delete(self, transfer_id: str) -> None:
        """Cancel it, when it is under way: it is over when the answer comes. Else take it from the list: 204."""
        transfers = self.stores.transfers()
        if _find(transfers, transfer_id).state == "running":
            # Not in the pool of those that wait for servers: these may all be held by one that is silent.
            cancelled = await asyncio.get_running_loop().run_in_executor(None, transfers.cancel, transfer_id)
            self.answer(cancelled.to_dict())
            return
        transfers.forget(transfer_id)
        self.set_status(204)
        await self.finish()


@web.stream_request_body
class TransferBytesHandler(DataHandler):
    """The bytes of an upload. They go on as they arrive: a piece that is put together here would block the loop."""

    _transfer: Transfer
    _feed: Feed
    _offset: int
    _refused: ApiError | None = None
    _unbroken = 0

    async def prepare(self) -> None:  # type: ignore[override]  # as the class above has it
        """Ask who it is and what it is for, before any byte is taken."""
        await super().prepare()
        if self.request.method == "PUT" and not self._finished:
            begun = self._begin()
            if begun is not None:
                await begun

    @web.authenticated
    @authorized
    async def put(self, **_: str) -> None:
        """Take the piece in the body, which begins at ``offset``; the last one is answered when the object is verified.

        409, with the offset that is wanted, for a piece from elsewhere: so a broken upload goes on.
        """
        if self._refused is not None:
            raise self._refused
        transfer, feed = self._transfer, self._feed
        feed.wake()
        if feed.taken == feed.size or feed.is_over:
            await asyncio.get_running_loop().run_in_executor(None, transfer.ended.wait)
        self.answer(transfer.to_dict())

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Take some bytes; the next ones come when the result, if there is one, is there."""
        # What is refused is read to its end all the same: an answer before that may not reach the browser.
        if self._refused is None and not self._take(chunk):
            return self._take_later(chunk)
        self._unbroken += len(chunk)
        if self._unbroken < _UNBROKEN:
            return None
        # As long as bytes are there, Tornado goes on with them and lets nobody else have the loop.
        self._unbroken = 0
        return asyncio.sleep(0)

    @web.authenticated
    @authorized
    async def _begin(self) -> None:
        from cellift.storage.transfers.upload import MOST_PIECE

        try:
            self._offset = self.query().integer("offset", 0, low=0)
            length = self.request.headers.get("Content-Length", "")
            if length.isdigit() and int(length) > MOST_PIECE:
                raise ApiError(413, f"A piece has at most {MOST_PIECE >> 20} MiB.")
            self._transfer = _find(self.stores.transfers(), self.path_kwargs["transfer_id"])
            if self._transfer.feed is None:
                raise ApiError(409, "This transfer takes no bytes: it is no upload.")
            self._feed = self._transfer.feed
            with explaining():
                if not self._feed.is_over:
                    self._feed.expect(self._offset, int(length) if length.isdigit() else 0)
        except ApiError as error:
            self._refused = error

    def _take(self, chunk: bytes) -> bool:
        """Give bytes to the transfer; False when it has no room."""
        try:
            with explaining():
                taken = self._feed.offer(self._offset, chunk)
        except ApiError as error:
            self._refused = error
            return True
        if taken:
            self._offset += len(chunk)
        return taken

    async def _take_later(self, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        while True:
            room = asyncio.Event()
            self._feed.when_room(partial(loop.call_soon_threadsafe, room.set))
            await room.wait()
            if self._take(chunk):
                return


def _upload(stores: Stores, fields: Fields, existing: str) -> Transfer:
    from cellift.storage.connections.read_only import check_writable
    from cellift.storage.place import Place
    from cellift.storage.transfers.transfer import Transfer
    from cellift.storage.transfers.upload import Feed, upload

    to = target_of(fields.mapping("to"))
    if not to.key or to.key.endswith("/"):
        raise ApiError(400, "`to` must name the object that the bytes become.")
    size = fields.number("size", -1, low=0, high=MOST_SIZE)
    if size < 0:
        raise ApiError(400, "`size` is missing: the number of bytes to come.")
    place = Place(stores.open(to.connection), *to)
    check_writable(place.store)  # before anything is brought
    transfer = Transfer("upload", f"Upload {place}")
    transfer.total_bytes, transfer.total_objects = size, 1
    feed = Feed(transfer, size)
    transfer.feed = feed
    return stores.transfers().start(transfer, upload(place, feed, existing=existing), waits=False)


def _find(transfers: Transfers, name: str) -> Transfer:
    with explaining():
        return transfers.get(name)


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} things"
