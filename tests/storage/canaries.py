"""How a secret may look elsewhere, where it is looked for, and a server that tells all that it was sent."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

from storage.fault_proxy import FaultProxy, answer


def forms(secret: str) -> set[bytes]:
    """How a secret may look elsewhere."""
    found = {secret, quote(secret, safe=""), quote_plus(secret), secret.encode().hex(), json.dumps(secret)[1:-1]}
    found |= {
        base64.b64encode(secret.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(secret.encode()).decode(),
    }
    # Within a longer text in base 64: what is the same whatever comes before and after.
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + secret.encode()).decode().rstrip("=")
        found.add(whole[4 if shift else 0 : -4])
    return {one.encode() for one in found}


def places(folder: Path, secret: str) -> set[str]:
    """Files below a folder that hold a secret in any form."""
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and any(form in file.read_bytes() for form in forms(secret))
    }


def echo(proxy: FaultProxy) -> bytes:
    """A server that tells everything it was sent, in every place of an answer, and all secrets that it knows."""
    sent = proxy.raw[-1].decode("latin-1").replace("&", "&amp;").replace("<", "&lt;") if proxy.raw else ""
    body = f"<Error><Code>Custom</Code><Message>{sent}</Message><Region>{sent}</Region></Error>"
    return answer("403 Forbidden", body.encode(), content_type="text/xml")
