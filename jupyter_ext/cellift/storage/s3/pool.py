"""The HTTP connections to one server: proxy, certificates, time-outs."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from cellift.storage.errors import StorageError
from cellift.storage.s3.endpoint import LOOPBACK, Endpoint, masked_url

if TYPE_CHECKING:
    import urllib3

_CONNECTIONS = 16
"""As many as are kept open to a server; more threads than that open further ones for a while."""


def make_pool(endpoint: Endpoint) -> urllib3.PoolManager:
    """Return a new pool; StorageError when `ca` or the proxy cannot be used."""
    import urllib3

    options: dict[str, Any] = {
        "maxsize": _CONNECTIONS,
        "timeout": urllib3.Timeout(connect=endpoint.connect_seconds, read=endpoint.read_seconds),
        "retries": False,  # what is retried, and when, is for the caller to say
    }
    if endpoint.url.startswith("https:"):
        options["ssl_context"] = _trust(endpoint)
    proxy = _proxy(endpoint)
    if not proxy:
        return _breakable(urllib3.PoolManager(**options))
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StorageError(f"The proxy {masked_url(proxy)} cannot be used: http:// or https:// and a host.")
    headers = None
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=login)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return _breakable(urllib3.ProxyManager(address, proxy_headers=headers, **options))


def _breakable(pool: urllib3.PoolManager) -> urllib3.PoolManager:
    from cellift.storage.s3.sockets import POOLS

    pool.pool_classes_by_scheme = POOLS
    return pool


def _trust(endpoint: Endpoint) -> ssl.SSLContext:
    import os

    import certifi

    try:
        context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
        if endpoint.ca:
            context.load_verify_locations(endpoint.ca)
    except OSError as error:  # also ssl.SSLError: the file is there, and holds no certificate
        raise StorageError(
            f"The certificates in {endpoint.ca or '$SSL_CERT_FILE'} cannot be read: {error.strerror or 'no PEM'}.",
            "CertificateError",
        ) from None
    return context


def _proxy(endpoint: Endpoint) -> str:
    if endpoint.proxy is not None:
        return endpoint.proxy
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(endpoint.url)
    if not parts.hostname or parts.hostname in LOOPBACK or proxy_bypass(parts.hostname):
        return ""
    return getproxies().get(parts.scheme, "")
