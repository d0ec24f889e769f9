"""The routes of data, below ``/cellift/api/data/``."""

from __future__ import annotations

from tornado.web import RequestHandler

from cellift.server.data.buckets import BucketsHandler
from cellift.server.data.code import CodeHandler
from cellift.server.data.connections import ConnectionHandler, ConnectionsHandler
from cellift.server.data.content import ContentHandler
from cellift.server.data.endpoint import EndpointHandler
from cellift.server.data.made_by import MadeByHandler
from cellift.server.data.notebook import NotebookHandler
from cellift.server.data.objects import ObjectHandler, ObjectsHandler, VersionsHandler
from cellift.server.data.plans import PlansHandler
from cellift.server.data.preview import PreviewHandler
from cellift.server.data.share import ShareHandler
from cellift.server.data.transfers import TransferBytesHandler, TransferHandler, TransfersHandler

_DATA = "/cellift/api/data"
_NAME = rf"{_DATA}/connections/(?P<connection>[A-Za-z0-9_.@-]{{1,64}})"
_TRANSFER = rf"{_DATA}/transfers/(?P<transfer_id>[0-9a-f]{{32}})"

ROUTES: tuple[tuple[str, type[RequestHandler]], ...] = (
    (rf"{_DATA}/connections", ConnectionsHandler),
    (_NAME, ConnectionHandler),
    (rf"{_NAME}/buckets", BucketsHandler),
    (rf"{_NAME}/objects", ObjectsHandler),
    (rf"{_NAME}/object", ObjectHandler),
    (rf"{_NAME}/versions", VersionsHandler),
    (rf"{_NAME}/content", ContentHandler),
    (rf"{_NAME}/notebook", NotebookHandler),
    (rf"{_NAME}/code", CodeHandler),
    (rf"{_NAME}/preview", PreviewHandler),
    (rf"{_NAME}/share", ShareHandler),
    (rf"{_NAME}/made-by", MadeByHandler),
    (rf"{_DATA}/endpoint", EndpointHandler),
    (rf"{_DATA}/plans", PlansHandler),
    (rf"{_DATA}/transfers", TransfersHandler),
    (_TRANSFER, TransferHandler),
    (rf"{_TRANSFER}/bytes", TransferBytesHandler),
)
