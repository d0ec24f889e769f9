"""Calls of the data routes with bytes in and out, and waiting for transfers, for the tests of data."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tornado.httpclient import HTTPClientError


class Data:
    """``await data("GET", "connections/local/objects", bucket="b")``; every answer is held against the OpenAPI file."""

    def __init__(self, fetch: Any, contract: Any, answer: Any) -> None:
        self._fetch, self._contract, self._answer = fetch, contract, answer

    async def __call__(
        self,
        method: str,
        path: str,
        send: Any = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Any:
        body = json.dumps(send).encode() if send is not None else raw
        if body is None and method in {"POST", "PUT"}:
            body = b""
        options: dict[str, Any] = {"method": method, "params": query, "headers": headers, "request_timeout": 60}
        try:
            response = await self._fetch("cellift", "api", "data", path, body=body, **options)
        except HTTPClientError as error:
            if error.response is None:
                raise
            response = error.response
        answer = self._answer(response)
        if method != "HEAD":
            self._contract.check(method, f"/cellift/api/data/{path}", answer.status, answer.headers, answer.json)
        return answer

    async def put(self, bucket: str, key: str, content: bytes, connection: str = "local", **options: Any) -> Any:
        """Write an object."""
        return await self("PUT", f"connections/{connection}/content", raw=content, bucket=bucket, key=key, **options)

    async def keys(self, bucket: str, prefix: str = "", connection: str = "local") -> list[str]:
        """What is right below a prefix: objects and folders."""
        page = (await self("GET", f"connections/{connection}/objects", bucket=bucket, prefix=prefix)).json
        return [one["key"] for one in page["objects"]] + page["prefixes"]

    async def transfer(self, **request: Any) -> dict[str, Any]:
        """Begin a transfer and wait until it is over."""
        begun = await self("POST", "transfers", send=request)
        assert begun.status == 202, begun.json
        return await self.over(begun.json["id"])

    async def over(self, name: str) -> dict[str, Any]:
        """The transfer, once it is over."""
        while True:
            found: dict[str, Any] = (await self("GET", f"transfers/{name}")).json
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.01)


def place(bucket: str, key: str = "", connection: str = "local") -> dict[str, str]:
    return {"connection": connection, "bucket": bucket, "key": key}
