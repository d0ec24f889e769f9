"""What can go wrong in a store. Messages are for users: what, where and what to do; none holds a secret."""

from __future__ import annotations


class StorageError(Exception):
    """Base. ``code`` is the server's own (``SlowDown``), or S3's name for the same thing."""

    code = "InternalError"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        if code:
            self.code = code


class NotFoundError(StorageError):
    """No such bucket, key or version."""

    code = "NoSuchKey"


class NoSuchBucketError(NotFoundError):
    """No such bucket."""

    code = "NoSuchBucket"


class BucketExistsError(StorageError):
    """The bucket is there already."""

    code = "BucketAlreadyExists"


class BucketNotEmptyError(StorageError):
    """Only an empty bucket can be removed."""

    code = "BucketNotEmpty"


class BadNameError(StorageError):
    """A bucket or key that this store cannot have; the message says which rule."""

    code = "InvalidObjectName"


class AccessError(StorageError):
    """The store refuses these credentials, or what is asked with them."""

    code = "AccessDenied"


class FullError(StorageError):
    """No room is left: on a disk of this machine, or in the store."""

    code = "StorageFull"


class ReadOnlyError(AccessError):
    """The connection is read-only: refused before the store is asked."""


class ConditionError(StorageError):
    """The object is not (or is) what the write was to find."""

    code = "PreconditionFailed"


class ChangedError(StorageError):
    """The object was replaced while it was read."""

    code = "PreconditionFailed"


class TruncatedError(StorageError):
    """The body ended before all bytes had come."""

    code = "IncompleteBody"


class ChecksumError(StorageError):
    """What arrived is not what was sent."""

    code = "BadDigest"


class UnreachableError(StorageError):
    """No answer: the server is gone, or too slow."""

    code = "ServiceUnavailable"


class RegionError(StorageError):
    """The bucket is in another region than the connection."""

    code = "PermanentRedirect"


class UnsupportedError(StorageError):
    """This store cannot do that."""

    code = "NotImplemented"


class CancelledError(StorageError):
    """Somebody cancelled it; nothing is left behind."""

    code = "Cancelled"


class NoSuchConnectionError(StorageError):
    """No connection has this name."""

    code = "NoSuchConnection"


class UnusableConnectionError(StorageError):
    """The connection is known, and cannot be opened; the message says why and what to do."""

    code = "UnusableConnection"
