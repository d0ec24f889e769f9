"""Display files: shown, and unable to do harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from recorded import RecordedRun

PNG = b"\x89PNG\r\n\x1a\n" + bytes(600_000)


@pytest.fixture
def run(cellift_home: Path) -> RecordedRun:
    return RecordedRun(cellift_home)


@pytest.mark.parametrize("name", ["cell0-1.png", "display/cell0-1.png"])
async def test_a_picture_is_sent_as_it_is(call: Any, run: RecordedRun, name: str) -> None:
    run.display("cell0-1.png", PNG)
    answer = await call("GET", f"runs/{run.id}/files/load/{name}")
    assert answer.body == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(PNG))


async def test_html_cannot_act(call: Any, run: RecordedRun) -> None:
    run.display("table.html", b"<script>alert(1)</script>")
    answer = await call("GET", f"runs/{run.id}/files/load/table.html")
    policy = [part.strip() for part in answer.headers["Content-Security-Policy"].split(";")]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_other_types_are_downloads(call: Any, run: RecordedRun) -> None:
    run.display("page.xhtml", b"<html/>")
    answer = await call("GET", f"runs/{run.id}/files/load/page.xhtml")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name",
    [
        "nope.png",
        "../index.json",
        "..%2Findex.json",
        "display/../index.json",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "..",
        "link.png",
        "folder",
        "a%00.png",
    ],
)
async def test_nothing_else_of_the_run_is_served(raw_status: Any, run: RecordedRun, name: str, tmp_path: Path) -> None:
    run.display("folder/inside.png", PNG)
    (run.folder / "values" / "load" / "index.json").write_text("{}")
    secret = tmp_path / "secret"
    secret.write_text("s")
    (run.folder / "values" / "load" / "display" / "link.png").symlink_to(secret)
    assert await raw_status(f"runs/{run.id}/files/load/{name}") == 404


async def test_a_task_that_is_a_way_out_is_unknown(raw_status: Any, run: RecordedRun) -> None:
    run.display("a.png", PNG)
    (run.folder / "display").mkdir()
    (run.folder / "display" / "a.png").write_bytes(PNG)
    assert await raw_status(f"runs/{run.id}/files/load/a.png") == 200
    for task in ("..", "%2e%2e", "..%2Fvalues%2Fload", "load%2F..%2F.."):
        assert await raw_status(f"runs/{run.id}/files/{task}/a.png") == 404


async def test_another_site_cannot_embed_them(
    jp_serverapp: Any, http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], run: RecordedRun
) -> None:
    run.display("plot.png", PNG)
    # Log in with the token, as a browser does, to get the cookie.
    token = jp_auth_header["Authorization"].removeprefix("token ")
    page = await http_server_client.fetch(f"{jp_base_url}api/status?token={token}")
    cookie = "; ".join(line.partition(";")[0] for line in page.headers.get_list("Set-Cookie"))
    url = f"{jp_base_url}cellift/api/runs/{run.id}/files/load/plot.png"
    host = f"http://127.0.0.1:{http_server_client.get_http_port()}"
    own = await http_server_client.fetch(url, headers={"Cookie": cookie, "Referer": f"{host}{jp_base_url}lab"})
    assert own.code == 200
    with pytest.raises(HTTPClientError) as caught:
        await http_server_client.fetch(url, headers={"Cookie": cookie, "Referer": "http://evil.example/"})
    assert caught.value.code == 403
