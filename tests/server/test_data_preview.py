"""Previews through REST."""

from __future__ import annotations

from typing import Any


async def test_an_object_is_previewed(data: Any, bucket: str) -> None:
    await data.put(bucket, "t.csv", b"a,b\n1,2\n")
    found = (await data("GET", "connections/local/preview", bucket=bucket, key="t.csv")).json
    assert found["kind"] == "table" and found["rows"] == [["1", "2"]]
    assert found["columns"] == [{"name": "a", "type": "number"}, {"name": "b", "type": "number"}]


async def test_what_is_not_there_has_no_preview(data: Any, bucket: str) -> None:
    assert (await data("GET", "connections/local/preview", bucket=bucket, key="nothing")).status == 404
