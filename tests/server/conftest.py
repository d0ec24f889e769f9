"""A Jupyter server with Cellift, and a home folder of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from data_kit import Data

# Here and not as a plugin of the whole suite: an event loop for every test would cost the others time, and the
# browser's driver brings a loop of its own.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError, HTTPResponse

from contract import Contract
from storage.rclone import Rclone, start


@pytest.fixture
def cellift_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cellift-home"
    monkeypatch.setenv("CELLIFT_HOME", str(home))
    return home


@pytest.fixture
def jp_server_config(cellift_home: Path) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"cellift": True, "jupyter_server_terminals": False},
            # The default lets routes through that forgot to ask who it is.
            "allow_unauthenticated_access": False,
            # A defect at load must fail the test, not be logged.
            "reraise_server_extension_failures": True,
        }
    }


class Answer:
    """Status, headers and body of an answer; errors are answers too."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.code
        self.headers = response.headers
        self.body = response.body or b""
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        self.json: Any = json.loads(self.body) if self.body and is_json else None


Call = Callable[..., Awaitable[Answer]]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract()


@pytest.fixture
def call(jp_fetch: Any, contract: Contract) -> Call:
    """``await call("GET", "runs", limit=3)`` or ``await call("POST", "graph", send={...})``.

    Every answer, of every test, is held against the OpenAPI file.
    """

    async def _call(method: str, path: str, send: Any = None, text: str | None = None, **query: Any) -> Answer:
        body = json.dumps(send) if send is not None else text
        if body is None and method == "POST":
            body = ""
        try:
            response = await jp_fetch(
                "cellift", "api", path, method=method, body=body, params=query, request_timeout=60
            )
        except HTTPClientError as error:
            assert error.response is not None
            response = error.response
        answer = Answer(response)
        contract.check(method, f"/cellift/api/{path}", answer.status, answer.headers, answer.json)
        return answer

    return _call


@pytest.fixture
def raw_status(jp_serverapp: Any, http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str]) -> Any:
    """``await raw_status("runs/…")``: the status for a path sent as it stands, with its dots and percent signs."""

    async def _status(path: str) -> int:
        response = await http_server_client.fetch(
            f"{jp_base_url}cellift/api/{path}", headers=jp_auth_header, raise_error=False
        )
        return int(response.code)

    return _status


@pytest.fixture
def data(jp_fetch: Any, contract: Contract, cellift_home: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    """The routes of data, with nothing found but the local tree."""
    nowhere = cellift_home.parent / "nobody"
    for name in ("HOME", "XDG_CONFIG_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(nowhere / name.lower()))
    for name in [one for one in os.environ if one.startswith(("AWS_", "MINIO_", "MC_", "CELLIFT_SECRETS"))]:
        if name not in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.delenv(name)
    # Nor is the keyring of whoever runs the tests seen or changed.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return Data(jp_fetch, contract, Answer)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    """A real S3 server."""
    running = start(tmp_path_factory.mktemp("rclone"))
    yield running
    running.stop()


@pytest.fixture
def bucket(data: Data, cellift_home: Path) -> str:
    """A bucket of the local tree."""
    from cellift.storage.local.tree import LocalTree

    LocalTree(cellift_home / "data").make_bucket("wine")
    return "wine"
