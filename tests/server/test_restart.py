"""A run outlives its server, and the next server finds it: two real Jupyter servers, one after the other."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from recorded import notebook

TOKEN = "restart-test"
PREFIX = "/user/ann/"


class Server:
    """A Jupyter server process under a hub's kind of prefix."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._base = f"http://127.0.0.1:{port}{PREFIX}cellift/api/"
        options = {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "base_url": PREFIX,
            "root_dir": root,
            "open_browser": False,
            "allow_root": True,
            "allow_unauthenticated_access": False,
            "jpserver_extensions": "{'cellift': True}",
        }
        command = [sys.executable, "-m", "jupyter_server", f"--IdentityProvider.token={TOKEN}"]
        command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, method: str, path: str, send: Any = None) -> Any:
        request = urllib.request.Request(
            self._base + path,
            method=method,
            data=None if send is None else json.dumps(send).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.ask("GET", "status")
                return
            except OSError:
                assert self.process.poll() is None, "the server did not start"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)


@contextmanager
def server(root: Path, environment: dict[str, str]) -> Iterator[Server]:
    running = Server(root, environment)
    try:
        running.ready()
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_outlives_its_server_and_the_next_server_finds_it(
    tmp_path: Path, cellift_home: Path, how: signal.Signals
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    content = notebook(
        "import pathlib, time",
        "# step wait\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.02)\nx = list(range(42))",
        "# step use\nprint('got', len(x))",
    )
    with server(root, environment) as first:
        run = first.ask("POST", "runs", {"path": "nb.ipynb", "content": content})
        first.process.send_signal(how)
        first.process.wait(30)
    with server(root, environment) as second:
        (found,) = second.ask("GET", "runs")["runs"]
        assert (found["id"], found["source"]["path"]) == (run["id"], "nb.ipynb")
        assert found["state"] in {"QUEUED", "PREPARING", "RUNNING"}
        (root / "go").touch()
        deadline = time.monotonic() + 60
        while (state := second.ask("GET", f"runs/{run['id']}")["state"]) not in {"SUCCEEDED", "FAILED", "CANCELLED"}:
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        assert state == "SUCCEEDED"
        assert second.ask("GET", f"runs/{run['id']}/logs/use?tail=100")["text"] == "got 42\n"
