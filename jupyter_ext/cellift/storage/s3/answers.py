"""What S3 servers answer: XML (S3 API reference, "Actions"), with or without Amazon's namespace."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from cellift.storage.api import ObjectInfo
from cellift.storage.errors import StorageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MD5 = re.compile("[0-9a-f]{32}")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_KNOWN_KINDS = ("amazons3", "minio", "versitygw")
"""Rclone calls itself the first."""
_CHECKSUMS = ("crc32", "sha1", "sha256")


def parse(body: bytes) -> Element:
    """Return the root of an answer, its names without namespaces; StorageError when it is no XML."""
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - expat bounds the expansion of entities itself
    except ElementTree.ParseError:
        raise StorageError("The server's answer is no XML: is it an S3 server, and nothing else?") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def text(element: Element, name: str) -> str:
    """The text of a child; empty when there is none."""
    return element.findtext(name) or ""


def is_true(element: Element, name: str) -> bool:
    """Whether a child says ``true``."""
    return text(element, name).strip().lower() == "true"


def number(value: str | None) -> int:
    """A size; 0 when the server does not give one."""
    return int(value) if value and value.strip().isdigit() else 0


def decoded(value: str, encoding: str) -> str:
    """A key as it is: with ``encoding-type=url`` it comes encoded as a form's value, a space as ``+``."""
    # What is no UTF-8 is kept apart from every key that is: it can be shown, and not be taken for another.
    return unquote_plus(value, errors="surrogateescape") if encoding == "url" else value


def plain_etag(value: str | None) -> str:
    """An etag without quotes and without the mark of a weak one."""
    return (value or "").strip().removeprefix("W/").strip('"')


def may_be_md5(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the etag of a server whose etags are MD5 sums is one: not of parts, and not of what is encrypted."""
    return _MD5.fullmatch(etag) is not None and has_sums(headers)


def has_sums(headers: Mapping[str, str]) -> bool:
    """Whether the etag is made of MD5 sums where a server's are: not where it is encrypted with keys of one's own."""
    encrypted = headers.get("x-amz-server-side-encryption", "AES256") != "AES256"
    customer = "x-amz-server-side-encryption-customer-algorithm" in headers
    return not encrypted and not customer


def is_of_known_kind(headers: Mapping[str, str]) -> bool:
    """Whether the server is one of those whose etags are made of MD5 sums; Amazon's are, also when it encrypts."""
    kinds = _KNOWN_KINDS if "x-amz-server-side-encryption" not in headers else _KNOWN_KINDS[:1]
    return (headers.get("server") or "").lower().startswith(kinds)


def is_made_up(etag: str) -> bool:
    """Whether an etag is not the server's but `made_up`."""
    return etag.startswith("time-")


def made_up(modified: datetime | None, size: int) -> str:
    """An etag for an object of a server that gives none (rclone with ``--etag-hash ""``): its time and size.

    Servers give the time in seconds: another content of the same size within one second is not told from it.
    """
    return f"time-{int(modified.timestamp()) if modified else 0:x}-{size:x}"


def time_of(value: str) -> datetime | None:
    """A time of an answer (ISO 8601 in XML, RFC 1123 in a header), in UTC."""
    try:
        if _ISO.match(value):
            value = re.sub(r"\.\d+", "", value).replace("Z", "+00:00")  # Python 3.10 reads neither form
            found = datetime.fromisoformat(value)
        else:
            found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)


def listed(element: Element, encoding: str) -> ObjectInfo:
    """An entry of a listing: ``Contents``, ``Version`` or ``DeleteMarker``."""
    size, modified = number(text(element, "Size")), time_of(text(element, "LastModified"))
    return ObjectInfo(
        decoded(text(element, "Key"), encoding),
        size,
        modified,
        plain_etag(text(element, "ETag")) or made_up(modified, size),
        version=text(element, "VersionId") or None,
        is_latest=text(element, "IsLatest") != "false",
        is_delete_marker=element.tag == "DeleteMarker",
    )


def first_byte(headers: Mapping[str, str]) -> int:
    """Where the body begins in the object: a server may leave out a range that was asked for, and send the whole.

    The header counts, not the status: rclone answers a range with 200.
    """
    part = _RANGE.match(headers.get("content-range") or "")
    return int(part[1]) if part else 0


def of_headers(key: str, headers: Mapping[str, str]) -> ObjectInfo:
    """What the headers of a HEAD or GET say of an object; tags are asked for apart."""
    version = headers.get("x-amz-version-id")
    part = _RANGE.match(headers.get("content-range") or "")
    size = int(part[2]) if part else number(headers.get("content-length"))
    modified = time_of(headers.get("last-modified") or "")
    return ObjectInfo(
        key,
        size,
        modified,
        plain_etag(headers.get("etag")) or made_up(modified, size),
        headers.get("content-type") or "",
        dict(_metadata(headers)),
        checksums=dict(_checksums(headers)),
        version=None if version in (None, "null") else version,
    )


def _metadata(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower().startswith("x-amz-meta-"):
            yield name.lower().removeprefix("x-amz-meta-"), _header_text(value)


def _header_text(value: str) -> str:
    """HTTP clients read headers as Latin-1; what servers send is UTF-8 or ASCII."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _checksums(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Those of the whole content: that of parts has a dash, or is told to be ``COMPOSITE``."""
    if headers.get("x-amz-checksum-type", "FULL_OBJECT").upper() != "FULL_OBJECT":
        return
    for name in _CHECKSUMS:
        value = headers.get(f"x-amz-checksum-{name}") or ""
        if value and "-" not in value:
            try:
                yield name, base64.b64decode(value, validate=True).hex()
            except binascii.Error:
                continue
