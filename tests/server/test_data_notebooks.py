"""Objects that are notebooks: formats, trust, and what is refused."""

from __future__ import annotations

import json
from typing import Any

PATH = "connections/local/notebook"


def notebook(**metadata: Any) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": {"text/html": ["<script>bad()</script>"]}, "metadata": {}}
    code = {"cell_type": "code", "metadata": metadata, "source": ["a = 1\n", "a"], "outputs": [output]}
    cell = {**code, "execution_count": None, "id": "one"}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


async def test_a_notebook_is_read_with_its_lines_joined(data: Any, bucket: str) -> None:
    await data.put(bucket, "a.ipynb", json.dumps(notebook()).encode())
    found = (await data("GET", PATH, bucket=bucket, key="a.ipynb")).json
    assert found["content"]["cells"][0]["source"] == "a = 1\na"
    assert found["object"]["key"] == "a.ipynb" and found["object"]["etag"]


async def test_what_a_notebook_says_of_its_own_trust_is_not_believed(data: Any, bucket: str) -> None:
    await data.put(bucket, "a.ipynb", json.dumps(notebook(trusted=True)).encode())
    found = (await data("GET", PATH, bucket=bucket, key="a.ipynb")).json
    assert found["content"]["cells"][0]["metadata"]["trusted"] is False


async def test_what_this_user_has_trusted_is_trusted_when_it_is_read_again(data: Any, bucket: str) -> None:
    content = notebook(trusted=True)
    assert (await data("PUT", PATH, send={"content": content}, bucket=bucket, key="a.ipynb")).status == 200
    found = (await data("GET", PATH, bucket=bucket, key="a.ipynb")).json
    assert found["content"]["cells"][0]["metadata"]["trusted"] is True


async def test_a_notebook_is_written_as_nbformat_does(data: Any, bucket: str) -> None:
    content = notebook(trusted=True)
    content["cells"][0]["source"] = "a = 1\na"
    written = (await data("PUT", PATH, send={"content": content}, bucket=bucket, key="a.ipynb")).json
    assert written["content_type"] == "application/x-ipynb+json"
    text = (await data("GET", "connections/local/content", bucket=bucket, key="a.ipynb")).body.decode()
    assert text.startswith('{\n "cells": [\n  {\n') and text.endswith("}\n")
    assert json.loads(text)["cells"][0]["source"] == ["a = 1\n", "a"]
    assert "trusted" not in text


async def test_a_notebook_of_format_3_is_brought_to_format_4(data: Any, bucket: str) -> None:
    cell = {"cell_type": "code", "input": "a = 1", "language": "python", "outputs": [], "metadata": {}}
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [cell]}]}
    await data.put(bucket, "old.ipynb", json.dumps(old).encode())
    found = (await data("GET", PATH, bucket=bucket, key="old.ipynb")).json["content"]
    assert found["nbformat"] == 4 and found["cells"][0]["source"] == "a = 1"


async def test_what_is_no_notebook_is_refused(data: Any, bucket: str) -> None:
    await data.put(bucket, "a.ipynb", b"\xff\xfe")
    read = await data("GET", PATH, bucket=bucket, key="a.ipynb")
    assert read.status == 400 and "'a.ipynb' is no notebook" in read.json["message"]
    written = await data("PUT", PATH, send={"content": {"cells": 3}}, bucket=bucket, key="a.ipynb")
    assert written.status == 400 and "format 4" in written.json["message"]
    assert (await data("GET", "connections/local/content", bucket=bucket, key="a.ipynb")).body == b"\xff\xfe"


async def test_a_notebook_that_was_changed_meanwhile_is_not_overwritten(data: Any, bucket: str) -> None:
    first = (await data("PUT", PATH, send={"content": notebook()}, bucket=bucket, key="a.ipynb")).json["etag"]
    await data.put(bucket, "a.ipynb", json.dumps(notebook(tags=["other"])).encode())
    headers = {"If-Match": f'"{first}"'}
    refused = await data("PUT", PATH, send={"content": notebook()}, headers=headers, bucket=bucket, key="a.ipynb")
    assert refused.status == 412
    assert "other" in (await data("GET", "connections/local/content", bucket=bucket, key="a.ipynb")).body.decode()


async def test_signatures_are_looked_up_where_jupyter_made_their_database(
    data: Any, bucket: str, jp_serverapp: Any
) -> None:
    notary = jp_serverapp.contents_manager.notary
    assert notary.store.check_signature("0", notary.algorithm) is False  # made on the loop, as by a saved notebook
    assert (await data("PUT", PATH, send={"content": notebook(trusted=True)}, bucket=bucket, key="a")).status == 200
    assert (await data("GET", PATH, bucket=bucket, key="a")).status == 200
