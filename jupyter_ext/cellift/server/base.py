"""The handler that all routes build on: authorisation resource, JSON in and out, errors as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import responses
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from cellift.server.errors import ApiError, explain
from cellift.server.fields import Fields

if TYPE_CHECKING:
    from cellift.server.service import Service

P = ParamSpec("P")
T = TypeVar("T")

# Every verb of every route asks the server's authorizer for this one resource.
AUTH_RESOURCE = "cellift"
# A notebook with its outputs; the browser may leave the outputs out.
MAX_BODY = 64 * 1024 * 1024


class CelliftHandler(APIHandler):
    """Base of the Cellift routes. ``service`` holds what they share."""

    auth_resource = AUTH_RESOURCE
    service: Service

    def initialize(self, service: Service) -> None:
        """Take the shared objects from the route table."""
        self.service = service

    async def blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call ``function`` in a worker thread; what the core refuses becomes an :class:`ApiError`."""
        with explaining():
            return await self.service.blocking(function, *args, **kwargs)

    async def waiting(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `blocking`, in one of the threads that may wait for a store: a silent one keeps nobody else waiting."""
        with explaining():
            return await self.service.stores.blocking(function, *args, **kwargs)

    async def body(self, known: frozenset[str]) -> Fields:
        """The fields of the JSON body; 413 when it is too large, 400 when it is not a JSON object."""
        if len(self.request.body) > MAX_BODY:
            raise ApiError(
                413,
                f"The request is larger than {MAX_BODY // 1024**2} MiB. Clear the notebook's outputs and try again.",
            )
        try:
            document = await self.service.blocking(json.loads, self.request.body or b"null")
        except (ValueError, RecursionError) as error:
            raise ApiError(400, f"The body is not JSON: {error}.") from error
        return Fields.of_body(document, known)

    def query(self) -> Fields:
        """The parameters of the query; unknown ones (cache busters, tokens) are not ours to refuse."""
        return Fields({name: self.get_query_argument(name) for name in self.request.query_arguments})

    def answer(self, document: Any, status: int = 200) -> None:
        """Finish with a JSON document."""
        self.set_status(status)
        self.finish(to_json(document))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every error is JSON: ``message``, ``short_message`` and, for refused input, ``diagnostics``."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, ApiError):
            document = error.document()
        else:
            short = responses.get(status_code, "Error")
            if isinstance(error, HTTPError):
                message = error.log_message or error.reason or short
            else:
                message = (
                    f"Cellift could not answer ({type(error).__name__}: {error}). The server's log has the details."
                )
            document = {"message": message, "short_message": short}
        self.finish(to_json(document))


@contextmanager
def explaining() -> Iterator[None]:
    """What the core refuses inside becomes an :class:`ApiError`."""
    try:
        yield
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        raise explained from error


def to_json(document: Any) -> str:
    """JSON text that a browser can parse: numbers that JSON does not have (NaN, infinity) become null."""
    try:
        return json.dumps(document, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(document), allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
