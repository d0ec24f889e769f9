"""What a store refuses or fails at, as an HTTP status."""

from __future__ import annotations

from cellift.storage import errors
from cellift.storage.transfers.registry import TooManyError
from cellift.storage.transfers.upload import OffsetError

_STATUSES: tuple[tuple[type[errors.StorageError], int], ...] = (
    (errors.NoSuchConnectionError, 404),
    (errors.UnusableConnectionError, 409),
    (OffsetError, 409),
    (TooManyError, 503),
    (errors.NotFoundError, 404),
    (errors.BucketExistsError, 409),
    (errors.BucketNotEmptyError, 409),
    (errors.BadNameError, 400),
    (errors.AccessError, 403),
    (errors.FullError, 507),
    (errors.ConditionError, 412),
    (errors.ChangedError, 412),
    (errors.UnreachableError, 504),
    (errors.UnsupportedError, 501),
    (errors.CancelledError, 409),
)
_CODES = {
    "InvalidRequest": 400,
    "InvalidName": 400,
    "InvalidPart": 400,
    "InvalidArgument": 400,
    "InvalidURI": 400,
}


def status_of(error: errors.StorageError) -> int:
    """The status of an error: 502 when it is the store's server that fails."""
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return _CODES.get(error.code, 502)
