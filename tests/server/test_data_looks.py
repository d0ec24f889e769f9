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


async def test_code_for_an_object_is_given(data: Any, bucket: str) -> None:
    found = (await data("GET", "connections/local/code", bucket=bucket, key="t.csv")).json["snippets"]
    assert found[0]["id"] == "cellift" and "cellift.data('local/wine/t.csv')" in found[0]["code"]
    assert (await data("GET", "connections/local/code", bucket=bucket)).json["snippets"][0]["id"] == "list"
    assert (await data("GET", "connections/nobody/code", bucket=bucket, key="t.csv")).status == 404
