"""Where an S3 server is and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cellift.storage.errors import StorageError
from cellift.storage.shown import shown

AMAZON = "https://s3.amazonaws.com"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Endpoint:
    """A server. ``name`` is that of the connection, for messages; times are in seconds.

    ``path_style``: None is virtual-host style for Amazon and path style for others. ``ca``: a file of certificates
    that are trusted beside the usual ones. ``proxy``: None asks the environment, "" is none; it may hold a password.
    """

    name: str
    url: str
    region: str = ""
    path_style: bool | None = None
    ca: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    tries: int = 5

    @property
    def host(self) -> str:
        """Scheme, host and port: what a message may show."""
        return masked_url(self.url)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, and nothing between."""
        return not self.proxy and urlsplit(self.url).hostname in LOOPBACK


def is_amazon(url: str) -> bool:
    """Whether the server is Amazon's own, which takes every key as it is."""
    host = urlsplit(url).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def check_url(url: str) -> str:
    """Return the URL of an endpoint without a slash at its end; StorageError with the rule that it breaks."""
    parts = urlsplit(url)
    reason = ""
    try:
        port = parts.port
    except ValueError:
        port, reason = None, "its port is no number from 0 to 65535"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        reason = "it must start with http:// or https:// and have a host"
    elif parts.username is not None or parts.password is not None:
        reason = "it may hold no user name or password; keys are asked for, or named by a setting"
    elif parts.path.strip("/") or parts.query or parts.fragment:
        reason = "it may have nothing after the host and the port; a bucket is named after the connection"
    elif port == 0:
        reason = "no server has port 0"
    if reason:
        raise StorageError(f"The URL {masked_url(url)} cannot be used: {reason}.", "InvalidURI")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def masked_url(url: str) -> str:
    """Return scheme, host and port of a URL: what else is in it may be secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(no URL)"
    return shown(f"{parts.scheme}://{host}") if parts.scheme and host else "(no URL)"
