"""The S3 endpoint on demand through REST: real rclone, found and used by real kernels and real runs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from test_restart import server as jupyter

from cellift.server.data.local_endpoint import LocalEndpoint
from recorded import notebook
from storage.canaries import forms, places

LIST = """
import os
from minio import Minio
at = os.environ.get("MINIO_ENDPOINT", "").removeprefix("http://")
keys = [os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
print("buckets", [one.name for one in Minio(at, *keys, secure=False).list_buckets()] if at else None)
"""
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}


@pytest.fixture
def endpoint(data: Any, bucket: str, jp_serverapp: Any) -> Iterator[LocalEndpoint]:
    """That of the server, not started; the local tree has the bucket ``wine``."""
    found: LocalEndpoint = jp_serverapp.web_app.settings["cellift"].service.endpoint
    yield found
    found.stop()


async def test_it_is_started_once_shown_and_stopped(data: Any, endpoint: LocalEndpoint) -> None:
    off = {"running": False, "url": "", "variables": [], "replaces": []}
    assert (await data("GET", "endpoint")).json == off and endpoint.variables() == {}
    first, second = await asyncio.gather(data("PUT", "endpoint"), data("PUT", "endpoint", send={}))
    assert sorted((first.status, second.status)) == [200, 201] and first.json == second.json
    assert first.json["running"] and first.json["url"].startswith("http://127.0.0.1:")
    assert {"AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "MINIO_ENDPOINT"} <= set(first.json["variables"])
    assert (await data("GET", "endpoint")).json == first.json
    assert (await data("DELETE", "endpoint")).status == 204
    assert (await data("GET", "endpoint")).json == off and endpoint.variables() == {}
    assert (await data("DELETE", "endpoint")).status == 204


async def test_its_keys_are_in_no_answer_and_no_log(
    data: Any, endpoint: LocalEndpoint, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [await data("PUT", "endpoint"), await data("PUT", "endpoint"), await data("GET", "endpoint")]
    given = endpoint.variables()
    answers.append(await data("GET", "connections"))
    answers.append(await data("DELETE", "endpoint"))
    shown = capfd.readouterr()
    told = b"".join(one.body + str(one.headers).encode() for one in answers)
    everything = told + (caplog.text + shown.out + shown.err).encode()
    assert b"/data/endpoint" in everything and given["AWS_ENDPOINT_URL"].encode() in told
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert not [form for form in forms(given[name]) if form in everything], name


async def test_the_server_itself_is_not_led_to_it(data: Any, endpoint: LocalEndpoint) -> None:
    before = (await data("GET", "connections")).json
    await data("PUT", "endpoint")
    assert (await data("GET", "connections")).json == before


async def test_variables_that_are_the_servers_own_are_named(
    data: Any, endpoint: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert (await data("PUT", "endpoint")).json["replaces"] == ["AWS_ACCESS_KEY_ID", "AWS_REGION"]


async def test_one_that_ended_by_itself_is_told_and_started_anew(data: Any, endpoint: LocalEndpoint) -> None:
    first = (await data("PUT", "endpoint")).json
    assert endpoint._endpoint is not None
    endpoint._endpoint._process.kill()
    endpoint._endpoint.wait()
    assert not (await data("GET", "endpoint")).json["running"] and endpoint.variables() == {}
    again = await data("PUT", "endpoint")
    assert again.status == 201 and again.json["url"] != first["url"]


async def test_what_is_missing_or_not_known_is_told(
    data: Any, endpoint: LocalEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await data("PUT", "endpoint", send={"port": 9000})).status == 400
    monkeypatch.setenv("CELLIFT_RCLONE", str(tmp_path / "none"))
    answer = await data("PUT", "endpoint")
    assert answer.status == 501 and "cellift[endpoint]" in answer.json["message"]


async def test_it_ends_with_the_server(data: Any, endpoint: LocalEndpoint, jp_serverapp: Any) -> None:
    await data("PUT", "endpoint")
    served = endpoint._endpoint
    assert served is not None and served.running
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert not served.running and not served._folder.exists()


async def printed(kernels: Any, kernel_id: str, code: str) -> str:
    """What a kernel prints when it runs *code*."""
    client = kernels.get_kernel(kernel_id).client()
    client.start_channels()
    texts: list[str] = []

    def collect(message: dict[str, Any]) -> None:
        content = message["content"]
        texts.append(content.get("text") or "\n".join(content.get("traceback", ())))

    try:
        await client.wait_for_ready(timeout=60)
        await client.execute_interactive(code, output_hook=collect, timeout=60)
    finally:
        client.stop_channels()
    return "".join(texts).strip()


@pytest.mark.parametrize("by", ["kernels", "sessions"])
async def test_kernels_have_it_from_their_next_start_on_and_until_the_one_after_its_end(
    data: Any, endpoint: LocalEndpoint, jp_fetch: Any, jp_serverapp: Any, by: str
) -> None:
    asked = {"kernels": {}, "sessions": {"path": "a.ipynb", "type": "notebook", "kernel": {}, "name": ""}}[by]
    made = json.loads((await jp_fetch("api", by, method="POST", body=json.dumps(asked), request_timeout=60)).body)
    kernel = made["id"] if by == "kernels" else made["kernel"]["id"]
    kernels = jp_serverapp.kernel_manager
    assert await printed(kernels, kernel, LIST) == "buckets None"
    await data("PUT", "endpoint")
    assert await printed(kernels, kernel, LIST) == "buckets None", "a process that runs is not changed"
    await kernels.restart_kernel(kernel)
    assert await printed(kernels, kernel, LIST) == "buckets ['wine']"
    await data("DELETE", "endpoint")
    await kernels.restart_kernel(kernel)
    assert await printed(kernels, kernel, LIST) == "buckets None"
    named = await printed(kernels, kernel, "import os; print(os.environ.get('JPY_SESSION_NAME', ''))")
    assert bool(named) is (by == "sessions"), "what else a kernel is given stays"


@pytest.mark.parametrize("runs", [True, False])
async def test_steps_have_it_when_it_runs_and_their_record_has_no_key(
    call: Any, data: Any, endpoint: LocalEndpoint, tmp_path: Path, runs: bool
) -> None:
    if runs:
        await data("PUT", "endpoint")
    content = notebook("import os", "# step look" + LIST)
    run = (await call("POST", "runs", {"path": "nb.ipynb", "content": content})).json
    while run["state"] not in FINAL:
        await asyncio.sleep(0.05)
        run = (await call("GET", f"runs/{run['id']}")).json
    assert run["state"] == "SUCCEEDED", run["error"]
    log = (await call("GET", f"runs/{run['id']}/logs/look")).json["text"].strip()
    assert log == f"buckets {['wine'] if runs else None}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if runs else ():
        assert places(tmp_path, endpoint.variables()[name]) == set(), name


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_a_server_process_however_that_ends(
    tmp_path: Path, cellift_home: Path, how: signal.Signals
) -> None:
    folders = tmp_path / "temporary"
    folders.mkdir()
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(folders), "PYTHONPATH": path}
    with jupyter(tmp_path, environment) as running:
        assert running.ask("PUT", "data/endpoint")["running"]
        started = psutil.Process(running.process.pid).children(recursive=True)
        assert len(started) == 2 and len(list(folders.glob("cellift-endpoint-*"))) == 1
        running.end(how)
        assert not psutil.wait_procs(started, timeout=15)[1]
        assert not list(folders.glob("cellift-endpoint-*"))
