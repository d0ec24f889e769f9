"""A run outlives its server, and the next server finds it: real Jupyter servers, one after the other."""

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

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(30)

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


def test_a_run_outlives_its_servers_and_the_next_one_finds_it(tmp_path: Path, cellift_home: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    content = notebook(
        "import pathlib, time",
        "# step wait\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.02)\nx = list(range(42))",
        "# step use\nprint('got', len(x))",
    )
    with server(root, environment) as first:
        run_id = first.ask("POST", "runs", {"path": "nb.ipynb", "content": content})["id"]
        first.end(signal.SIGKILL)
    with server(root, environment) as second:
        (found,) = second.ask("GET", "runs")["runs"]
        assert (found["id"], found["source"]["path"]) == (run_id, "nb.ipynb")
        assert found["state"] in {"QUEUED", "PREPARING", "RUNNING"}
        second.end(signal.SIGTERM)
    with server(root, environment) as third:
        assert third.ask("GET", f"runs/{run_id}")["finished"] is None
        (root / "go").touch()
        deadline = time.monotonic() + 60
        while (state := third.ask("GET", f"runs/{run_id}")["state"]) not in {"SUCCEEDED", "FAILED", "CANCELLED"}:
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        assert state == "SUCCEEDED"
        assert third.ask("GET", f"runs/{run_id}/logs/use?tail=100")["text"] == "got 42\n"
