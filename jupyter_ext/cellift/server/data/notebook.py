"""``data/connections/NAME/notebook``: an object as a notebook, as Jupyter's contents service has those of its folder.

The browser cannot do this by itself: what a notebook says of its own trust must not be believed, and only the server
has the signatures of the outputs that this user has made or has trusted (nbformat's notary).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import MAX_BODY, to_json
from cellift.server.data.base import DataHandler, details
from cellift.server.errors import ApiError

if TYPE_CHECKING:
    from cellift.storage.api import ObjectInfo, Store

_FORMAT = 4


class NotebookHandler(DataHandler):
    """One object that is a notebook."""

    @property
    def notary(self) -> Any:
        """Who knows which outputs are trusted: nbformat's notary, as for the server's own files.

        To be asked for on the loop: its database belongs to the thread that makes it.
        """
        return self.settings["contents_manager"].notary

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer ``{object, content}``: all that is known of it, and the notebook with its trusted cells marked."""
        (bucket, key), notary = self.place(), self.notary

        def read(store: Store) -> tuple[ObjectInfo, Any, str]:
            from cellift.storage.place import Place
            from cellift.storage.transfer import whole

            place, found = Place(store, connection, bucket, key), store.stat(bucket, key)
            if found.size > MAX_BODY:
                raise ApiError(413, f"The notebook has {found.size >> 20} MiB; at most {MAX_BODY >> 20} are opened.")
            notebook = _parsed(b"".join(whole(place, found)), key)
            return found, notebook, notary.compute_signature(notebook)

        found, notebook, signature = await self.with_store(connection, read)
        is_trusted = notary.store.check_signature(signature, notary.algorithm)

        def marked() -> str:
            notary.mark_cells(notebook, is_trusted)
            return to_json({"object": details(found), "content": notebook})

        self.set_status(200)
        await self.finish(await self.blocking(marked))

    @web.authenticated
    @authorized
    async def put(self, connection: str) -> None:
        """Write ``{content}`` as nbformat does; ``If-Match: "ETAG"`` and ``If-None-Match: *`` are held."""
        (bucket, key), notary = self.place(), self.notary
        content = (await self.body(frozenset({"content"}))).mapping("content")
        condition = self.condition()

        def write(store: Store) -> tuple[ObjectInfo, str | None]:
            notebook = _checked(content)
            # As Jupyter does: what this user has seen as trusted stays so.
            signature = notary.compute_signature(notebook) if notary.check_cells(notebook) else None
            data = _written(notebook)
            if len(data) > MAX_BODY:
                raise ApiError(413, f"The notebook has more than {MAX_BODY >> 20} MiB: clear some of its outputs.")
            kind = "application/x-ipynb+json"
            store.write(bucket, key, io.BytesIO(data), size=len(data), content_type=kind, condition=condition)
            return store.stat(bucket, key), signature

        written, signature = await self.with_store(connection, write)
        if signature is not None:
            notary.store.store_signature(signature, notary.algorithm)
        self.answer(details(written))


def _parsed(data: bytes, key: str) -> Any:
    try:
        return _nbformat().reads(data.decode("utf-8"), as_version=_FORMAT)
    except Exception as error:  # what nbformat raises for what is none has no common class
        raise ApiError(400, f"{key.rpartition('/')[2]!r} is no notebook that can be read: {error}") from error


def _checked(content: dict[str, Any]) -> Any:
    notebook = _nbformat().from_dict(content)
    if not isinstance(notebook.get("cells"), list) or notebook.get("nbformat") != _FORMAT:
        raise ApiError(400, f"`content` must be a notebook of format {_FORMAT}: `cells`, `metadata`, `nbformat`.")
    return notebook


def _written(notebook: Any) -> bytes:
    nbformat = _nbformat()
    try:
        text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    except Exception as error:
        raise ApiError(400, f"`content` cannot be written as a notebook: {error}") from error
    return f"{text}\n".encode()


def _nbformat() -> Any:
    """The package, once it is needed; its functions have no types."""
    import nbformat

    return nbformat
