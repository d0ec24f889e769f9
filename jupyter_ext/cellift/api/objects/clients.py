"""Ready clients of other libraries for a connection: the keys stay in this process, and in no notebook."""

from __future__ import annotations

from typing import Any

from cellift.storage.connections.model import Connection
from cellift.storage.connections.opening import check_usable, find_connection
from cellift.storage.errors import UnsupportedError
from cellift.storage.shown import quoted


def minio_client(name: str) -> Any:
    """A ``minio.Minio`` for the connection."""
    connection = _s3(name)
    from urllib.parse import urlsplit

    from minio import Minio

    from cellift.storage.s3.endpoint import Endpoint
    from cellift.storage.s3.pool import make_pool

    url = urlsplit(connection.url)
    endpoint = Endpoint(name, connection.url, connection.region, ca=connection.ca, proxy=connection.proxy)
    pair = connection.keys
    client = Minio(
        url.netloc,
        access_key=pair.key_id.reveal() if pair else None,
        secret_key=pair.secret.reveal() if pair else None,
        session_token=pair.token.reveal() if pair and pair.token else None,
        secure=url.scheme == "https",
        region=connection.region or None,
        http_client=make_pool(endpoint),
    )
    if connection.path_style is False:
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    return client


def boto3_client(name: str) -> Any:
    """A boto3 S3 client for the connection. UnsupportedError when boto3 is not installed."""
    connection = _s3(name)
    try:
        import boto3  # type: ignore[import-not-found, unused-ignore]
        from botocore import UNSIGNED  # type: ignore[import-not-found, unused-ignore]
        from botocore.config import Config  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise UnsupportedError("boto3() needs boto3: pip install boto3") from None
    style = {None: "auto", True: "path", False: "virtual"}[connection.path_style]
    options: dict[str, Any] = {
        "s3": {"addressing_style": style},
        # Servers other than Amazon's do not know the checksums that boto3 sends unasked.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    pair = connection.keys
    if pair is None:
        options["signature_version"] = UNSIGNED
    if connection.proxy:
        options["proxies"] = {"http": connection.proxy, "https": connection.proxy}
    return boto3.client(
        "s3",
        endpoint_url=connection.url,
        region_name=connection.region or "us-east-1",
        verify=connection.ca or None,
        config=Config(**options),
        aws_access_key_id=pair.key_id.reveal() if pair else None,
        aws_secret_access_key=pair.secret.reveal() if pair else None,
        aws_session_token=pair.token.reveal() if pair and pair.token else None,
    )


def _s3(name: str) -> Connection:
    connection = find_connection(name)
    check_usable(connection)
    if connection.kind != "s3":
        raise UnsupportedError(
            f"The connection {quoted(name)} is no S3 server, so that there is nothing for such a client to speak to. "
            "Use open(), read_bytes() and the other methods of cellift.data()."
        )
    if connection.read_only:
        raise UnsupportedError(
            f"The connection {quoted(name)} is read-only, which such a client would not know. Use cellift.data()'s own "
            "methods."
        )
    return connection
