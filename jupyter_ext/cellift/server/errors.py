"""What goes wrong in the core, as an HTTP status and a sentence: the one place where errors are mapped."""

from __future__ import annotations

import errno
from http.client import responses
from typing import TYPE_CHECKING, Any

from tornado.web import HTTPError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cellift.notebook.diagnostics import Diagnostic


class ApiError(HTTPError):
    """An answer that is an error: ``message`` says what happened and what to do, in the words for the user."""

    def __init__(self, status: int, message: str, diagnostics: Sequence[Diagnostic] | None = None) -> None:
        super().__init__(status, reason=responses.get(status))
        self.message = message
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return f"HTTP {self.status_code}: {self.message}"

    def document(self) -> dict[str, Any]:
        """The JSON body: ``message``, ``short_message`` and, when input was refused, ``diagnostics``."""
        body: dict[str, Any] = {"message": self.message, "short_message": responses.get(self.status_code, "Error")}
        if self.diagnostics is not None:
            body["diagnostics"] = [diagnostic.to_dict() for diagnostic in self.diagnostics]
        return body


def explain(error: BaseException) -> ApiError | None:
    """The answer for an exception of the core, or None when it is a defect of ours (a 500 with its traceback logged).

    The rooms are imported here, when something went wrong, and not at the start of the server.
    """
    if isinstance(error, ApiError):
        return error
    from cellift.config.paths import HomeError
    from cellift.notebook.diagnostics import RefusedError
    from cellift.runs.errors import AmbiguousRunError, RunActiveError, RunNotFoundError, RunStoreError
    from cellift.storage.errors import StorageError
    from cellift.supervise.detach import LaunchError

    if isinstance(error, StorageError):
        from cellift.server.data.errors import status_of

        return ApiError(status_of(error), str(error))
    if isinstance(error, RefusedError):
        return ApiError(400, str(error), error.diagnostics)
    if isinstance(error, RunNotFoundError):
        return ApiError(404, str(error))
    if isinstance(error, AmbiguousRunError | RunActiveError):
        return ApiError(409, str(error))
    if isinstance(error, RunStoreError | HomeError | LaunchError):
        return ApiError(500, str(error))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        place = f" at {error.filename}" if error.filename else ""
        return ApiError(507, f"The disk is full{place}. Free some space and try again.")
    return None
