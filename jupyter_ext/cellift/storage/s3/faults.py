"""What went wrong at an S3 server, as errors that say what to do. No text holds a secret or a signature."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from cellift.storage.errors import (
    AccessError,
    BadNameError,
    BucketExistsError,
    BucketNotEmptyError,
    ChecksumError,
    ConditionError,
    FullError,
    NoSuchBucketError,
    NotFoundError,
    RegionError,
    StorageError,
    TruncatedError,
    UnreachableError,
    UnsupportedError,
)
from cellift.storage.s3 import answers
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.secret import Keys
from cellift.storage.shown import quoted, shown

_MOST_TEXT = 300
_REGION_NAME = re.compile("[a-z0-9-]{1,40}")
_SIGNATURES = re.compile(r"(?i)((?:x-amz-)?(?:signature|credential|security-token)\s*[=:]\s*)[^\s&,;\"'<]+")


@dataclass(frozen=True)
class Place:
    """What is asked of a server, for messages."""

    endpoint: Endpoint
    keys: Keys | None
    bucket: str = ""
    key: str = ""

    @property
    def what(self) -> str:
        """The object or bucket in quotes, or the server."""
        if self.bucket:
            return quoted(f"{self.bucket}/{self.key}" if self.key else self.bucket)
        return f"connection {self.connection}"

    @property
    def connection(self) -> str:
        """The name of the connection, in quotes."""
        return quoted(self.endpoint.name)


class _Rule(NamedTuple):
    kind: type[StorageError]
    message: str
    """With the fields of `fault`; the server's own words follow where they add something."""
    with_words: bool = False


_EXPIRED = _Rule(
    AccessError,
    "The temporary credentials of connection {connection} have expired. Get new ones, and set them where the others "
    "were set (`cellift data alias ls` says where).",
)
_BAD_TOKEN = _Rule(
    AccessError,
    "{host} refuses the session token of connection {connection}: the temporary credentials have expired, or it is the "
    "token of others. Get new ones, and set all three where the others were set (`cellift data alias ls` says where); "
    "permanent keys go without a token.",
)
_NO_TOKEN = _Rule(
    AccessError,
    "{host} wants a session token: the key id {key_id} of connection {connection} is that of temporary credentials. "
    "Set their token, too, or use permanent keys.",
)
_GONE_ID = _Rule(
    AccessError,
    "{host} does not know the key id {key_id} of connection {connection}: the temporary credentials have expired, or "
    "are those of another server. Get new ones, and set them where the others were set (`cellift data alias ls` says "
    "where).",
)
_SKEWED = _Rule(
    AccessError,
    "{host} refuses the request because the clocks differ{skew}. Set the clock of this machine (or of the server): "
    "S3 allows 15 minutes.",
)
_BAD_ID = _Rule(
    AccessError,
    "{host} does not know the key id {key_id} of connection {connection}. Look for a wrong key, or a wrong server.",
)
_BAD_SECRET = _Rule(
    AccessError,
    "{host} refuses the signature: the secret key of connection {connection} is wrong for the key id {key_id}. "
    "Enter it again: cellift data alias set",
)
_DENIED = _Rule(
    AccessError,
    "{host} denies this for {what}: {who} may not do it. Ask the owner for the right, or use other keys.",
    True,
)
_NO_KEYS = _Rule(AccessError, "{host} wants credentials for {what}, and connection {connection} is anonymous.")
_REFUSED = _Rule(
    AccessError,
    "{host} refuses this for {what} (HTTP {status}, {code}). Look at the keys of connection {connection}, and at what "
    "they may do.",
    True,
)
_REGION = _Rule(
    RegionError,
    "{what} is in another region{region}. Set `region` of connection {connection} to it.",
)
_SLOW = _Rule(
    UnreachableError,
    "{host} asks for fewer requests, also after {tries} tries. Try again later, or do less at a time.",
    True,
)
_BROKEN = _Rule(UnreachableError, "{host} cannot answer now (HTTP {status}), also after {tries} tries.", True)
_DAMAGED = _Rule(ChecksumError, "{what} did not arrive as it was sent; the server refused it. Send it again.", True)
_CHANGED = _Rule(ConditionError, "{what} is not what it was when it was looked at: somebody else changed it.")
_UNSUPPORTED = _Rule(UnsupportedError, "{host} cannot do this.", True)
_FULL = _Rule(FullError, "{host} has no room left for {what}. Remove objects, or ask for a larger quota.", True)
_BUCKET_THERE = _Rule(BucketExistsError, "The bucket {what} is there already. Use it, or choose another name.")
_BAD_KEY = _Rule(BadNameError, "{host} cannot have {what}.", True)

_WANTS_TLS = _Rule(UnreachableError, "{host} speaks TLS: write https:// in the `url` of connection {connection}.")

_RULES: Mapping[str, _Rule] = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "InvalidToken": _BAD_TOKEN,
    "InvalidTokenId": _BAD_TOKEN,
    "RequestTimeTooSkewed": _SKEWED,
    "RequestExpired": _SKEWED,
    "InvalidAccessKeyId": _BAD_ID,
    "XAdminUserNotFound": _BAD_ID,
    "SignatureDoesNotMatch": _BAD_SECRET,
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "AccountProblem": _DENIED,
    "NoSuchBucket": _Rule(NoSuchBucketError, "There is no bucket {bucket} at {host}."),
    "NoSuchKey": _Rule(NotFoundError, "There is no object {what} at {host}."),
    "NoSuchVersion": _Rule(NotFoundError, "{what} has no such version."),
    "NoSuchUpload": _Rule(
        NotFoundError, "The upload of {what} is no longer known at {host}: somebody ended it. Start it again."
    ),
    "BucketAlreadyExists": _BUCKET_THERE,
    "BucketAlreadyOwnedByYou": _BUCKET_THERE,
    "BucketNotEmpty": _Rule(
        BucketNotEmptyError, "The bucket {what} is not empty. Remove what is in it first (also older versions)."
    ),
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "TemporaryRedirect": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "InvalidRegion": _REGION,
    "XMinioInvalidRegion": _REGION,
    "SlowDown": _SLOW,
    "SlowDownRead": _SLOW,
    "SlowDownWrite": _SLOW,
    "TooManyRequests": _SLOW,
    "RequestLimitExceeded": _SLOW,
    "ServiceUnavailable": _BROKEN,
    "InternalError": _BROKEN,
    "XMinioServerNotInitialized": _BROKEN,
    "BadDigest": _DAMAGED,
    "InvalidDigest": _DAMAGED,
    "XAmzContentSHA256Mismatch": _DAMAGED,
    "XAmzContentChecksumMismatch": _DAMAGED,
    "IncompleteBody": _Rule(TruncatedError, "{what} did not arrive as a whole; the server refused it. Send it again."),
    "PreconditionFailed": _CHANGED,
    "ConditionalRequestConflict": _CHANGED,
    "EntityTooLarge": _Rule(StorageError, "{what} is larger than {host} takes.", True),
    "XMinioStorageFull": _FULL,
    "QuotaExceeded": _FULL,
    "XMinioAdminBucketQuotaExceeded": _FULL,
    "InsufficientStorage": _FULL,
    "NotImplemented": _UNSUPPORTED,
    "MethodNotAllowed": _UNSUPPORTED,
    "InvalidBucketName": _BAD_KEY,
    "KeyTooLongError": _BAD_KEY,
    "KeyTooLong": _BAD_KEY,
    "InvalidObjectName": _BAD_KEY,
    "XMinioInvalidObjectName": _BAD_KEY,
    "XMinioInvalidResourceName": _BAD_KEY,
    "ObjectParentIsFile": _BAD_KEY,
    "ExistingObjectIsDirectory": _BAD_KEY,
    "XMinioParentIsObject": _BAD_KEY,
    "XMinioObjectExistsAsDirectory": _BAD_KEY,
    "InvalidObjectState": _Rule(
        AccessError, "{what} is in an archive. Restore it with the store's own tools before it is read."
    ),
}
_OF_STATUS = {
    301: "PermanentRedirect",
    307: "TemporaryRedirect",
    403: "AccessDenied",
    405: "MethodNotAllowed",
    409: "Conflict",
    412: "PreconditionFailed",
    416: "InvalidRange",
    429: "TooManyRequests",
    500: "InternalError",
    501: "NotImplemented",
    502: "ServiceUnavailable",
    503: "ServiceUnavailable",
    504: "ServiceUnavailable",
    507: "InsufficientStorage",
}


class Refusal(NamedTuple):
    """What a server said no with: HTTP status, code, its words (scrubbed), the region that it names, some headers."""

    status: int
    code: str
    words: str
    region: str
    headers: Mapping[str, str]


def refusal(place: Place, status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """Read an answer that is an error. The body is read whatever type it is said to have: some say ``text/xml``."""
    code = words = region = ""
    if body.lstrip()[:1] == b"<":
        try:
            root = answers.parse(body)
        except StorageError:
            # Servers also repeat a key as it is, with characters that XML cannot have.
            code, words = (_between(name, body) for name in (b"Code", b"Message"))
            words = words if code else "(the answer is no XML: is this an S3 server?)"
        else:
            error = root if root.tag == "Error" else root.find("Error")
            if error is not None:
                code, words = answers.text(error, "Code"), answers.text(error, "Message")
                region = answers.text(error, "Region")
            else:
                words = f"(the answer is <{root.tag[:20]}>: is this an S3 server?)"
    elif body:
        words = body[:_MOST_TEXT].decode("utf-8", "replace").strip()
    code = code or headers.get("x-minio-error-code") or ""
    if not code:
        missing = "NoSuchKey" if place.key else "NoSuchBucket" if place.bucket else "NotFound"
        # Who answers 404 with a page of words is no S3 server, and knows nothing of the object.
        code = missing if status == 404 and not body else _OF_STATUS.get(status, f"HTTP{status}")
    region = region or headers.get("x-amz-bucket-region") or ""
    if not _REGION_NAME.fullmatch(region):
        region = ""  # it becomes a part of the signature, and of Amazon's host
    # Here already: tracebacks that show local variables are sent to others. Nor is anything else kept of the answer.
    kept = {name: headers.get(name) or "" for name in ("date", "retry-after")}
    return Refusal(status, scrubbed(code, place.keys)[:60], scrubbed(words, place.keys), region, kept)


def _between(name: bytes, body: bytes) -> str:
    found = re.search(rb"<%b>([^<]*)</%b>" % (name, name), body)
    return found[1].decode("utf-8", "replace") if found else ""


def fault(place: Place, found: Refusal, tries: int = 1) -> StorageError:
    """The error for what a server said no with."""
    rule = _RULES.get(found.code)
    if rule is None and found.status == 400 and "https server" in found.words.lower():
        rule = _WANTS_TLS  # the words of Go's server, in which most S3 servers are written
    if place.keys is None and (rule is _DENIED or (rule is None and found.status in (400, 401, 403))):
        rule = _NO_KEYS  # some servers only say that a header is missing
    if place.keys is not None and rule is (_BAD_ID if place.keys.token else _BAD_TOKEN):
        rule = _GONE_ID if place.keys.token else _NO_TOKEN  # MinIO has one code for all that is wrong with a token
    if rule is _DENIED and "difference between the request time" in found.words.lower():
        rule = _SKEWED  # rclone's way to say it
    if found.code == "InvalidArgument" and place.key and "object name" in found.words.lower():
        rule = _BAD_KEY
    if rule is None and found.status in (500, 502, 503, 504):
        rule = _BROKEN
    if rule is None and found.status in (401, 403):
        rule = _REFUSED  # a code of the server's own: who asks is told that it is about rights all the same
    if rule is None:
        rule = _Rule(StorageError, "{host} refuses this for {what} (HTTP {status}, {code}).", True)
    message = rule.message.format(
        host=place.endpoint.host,
        connection=place.connection,
        what=place.what,
        bucket=quoted(place.bucket),
        who=f"the key id {place.keys.masked}" if place.keys else "an anonymous caller",
        key_id=place.keys.masked if place.keys else "(none)",
        region=f": {found.region}" if found.region else "",
        skew=_skew(found.headers),
        tries=tries,
        status=found.status,
        code=found.code,
    )
    if rule.with_words and found.words:
        message += f" The server says: {found.words}"
    return rule.kind(message, found.code)


def scrubbed(words: str, keys: Keys | None) -> str:
    """A server's words without what it may have echoed: secrets, tokens, signatures, controls; not too long."""
    hidden = [one.reveal() for one in (keys.secret, keys.token, keys.key_id) if one] if keys else []
    for secret in hidden:
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
            words = words.replace(form, "…")
    words = _SIGNATURES.sub(r"\1…", words)
    words = shown(" ".join(words.split()))
    return words if len(words) <= _MOST_TEXT else words[:_MOST_TEXT] + "…"


def _skew(headers: Mapping[str, str]) -> str:
    theirs = answers.time_of(headers.get("date") or "")
    if theirs is None:
        return ""
    from minio.time import utcnow  # the clock of signatures

    seconds = round((theirs - utcnow()).total_seconds())
    if abs(seconds) < 60:
        return ""
    return f": the server's is {round(abs(seconds) / 60)} min {'ahead' if seconds > 0 else 'behind'}"
