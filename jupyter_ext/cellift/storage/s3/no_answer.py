"""No answer from a server: refused, not known, too slow, not trusted; as errors that say what to do."""

from __future__ import annotations

from cellift.storage.cancelling import is_cancelled
from cellift.storage.errors import CancelledError, StorageError, TruncatedError, UnreachableError
from cellift.storage.s3.endpoint import masked_url
from cellift.storage.s3.faults import Place


def no_answer(place: Place, error: Exception) -> StorageError:
    """The error for what the HTTP client raised. Its own text is not used: it may hold the request."""
    from http.client import IncompleteRead

    from urllib3 import exceptions

    if is_cancelled():
        return CancelledError(f"{place.what} was not waited for: it was cancelled.")
    host, setting = place.endpoint.host, f"`url` of connection {place.connection}"
    if isinstance(error, exceptions.ProxyError):
        proxy = masked_url(place.endpoint.proxy) if place.endpoint.proxy else "of the environment"
        return UnreachableError(f"The proxy {proxy} cannot be used for {host}: is it right, and does it run?")
    if isinstance(error, exceptions.SSLError):
        return _tls(place, str(error))
    if isinstance(error, exceptions.NameResolutionError):
        return UnreachableError(f"The host of {host} is not known. Look at {setting}, and at the network.")
    # A kind of ConnectTimeoutError for the client, although nothing timed out.
    if isinstance(error, exceptions.NewConnectionError):
        why = "refuses the connection" if "refused" in str(error).lower() else "cannot be reached"
        return UnreachableError(f"{host} {why}: does the server run? Look at {setting}.")
    if isinstance(error, exceptions.ConnectTimeoutError):
        seconds = place.endpoint.connect_seconds
        return UnreachableError(f"{host} did not answer within {seconds:g} s. Look at {setting}, and at the network.")
    if isinstance(error, (exceptions.ReadTimeoutError, TimeoutError)):
        seconds = place.endpoint.read_seconds
        return UnreachableError(f"{host} sent nothing for {seconds:g} s while {place.what} was asked for. Try again.")
    if isinstance(error, IncompleteRead):
        return TruncatedError(f"{place.what} was cut off on its way from {host}. Read it again.")
    return UnreachableError(
        f"{host} broke the connection while {place.what} was asked for. Try again; if it stays so, look at the "
        "server, and whether it speaks http or https."
    )


def _tls(place: Place, words: str) -> StorageError:
    host = place.endpoint.host
    words = words.lower()
    if "hostname mismatch" in words or "ip address mismatch" in words or "doesn't match" in words:
        return UnreachableError(
            f"The certificate of {host} is for another name: use the name that it is for in `url`, or, when buckets "
            "are a part of the name, set path_style = true.",
            "CertificateError",
        )
    if "expired" in words and "certificate" in words:
        return UnreachableError(
            f"The certificate of {host} has expired (or this machine's clock is wrong). Whoever runs the server can "
            "renew it.",
            "CertificateError",
        )
    if "certificate verify failed" in words:
        return UnreachableError(
            f"The certificate of {host} is signed by nobody that this machine trusts. Set `ca` of connection "
            f"{place.connection} to the file with the signer's certificate.",
            "CertificateError",
        )
    return UnreachableError(f"{host} does not speak TLS as it should. Does its `url` start with http:// instead?")
