"""What the extension costs a server that nobody uses Cellift on."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cellift.server.events import SCHEMA_ID

PROGRAM = """
import json, sys, time
from jupyter_server.serverapp import ServerApp
app = ServerApp(log_level=50, config_file_name="", allow_root=True)
app.initialize(argv=["--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"], find_extensions=False, new_httpserver=False)
before = set(sys.modules)
start = time.perf_counter()
app.extension_manager.serverapp = app
assert app.extension_manager.add_extension("cellift", enabled=True)
app.extension_manager.link_extension("cellift")
app.extension_manager.load_extension("cellift")
seconds = time.perf_counter() - start
assert any("/cellift/api" in rule.matcher.regex.pattern for rules in app.web_app.default_router.rules
           for rule in getattr(rules.target, "rules", []))
print(json.dumps({"new": sorted(set(sys.modules) - before), "seconds": seconds}))
"""


def test_loading_imports_nothing_of_the_core(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    core = {name for name in found["new"] if name.startswith("cellift.") and not name.startswith("cellift.server")}
    assert core == {"cellift._version"}
    heavy = {"sqlite3", "yaml", "IPython", "psutil", "rich", "multiprocessing", "numpy"}
    assert not heavy & {name.partition(".")[0] for name in found["new"]}
    assert found["seconds"] < 0.5  # the budget is 0.05 s; this guards its order of magnitude on a busy machine


def test_an_unused_server_follows_nothing_and_starts_no_thread(jp_serverapp: Any, cellift_home: Path) -> None:
    assert not jp_serverapp.web_app.settings["cellift"].service.follower.active
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cellift")]
    assert not cellift_home.exists()


async def test_no_follower_without_a_watch(jp_serverapp: Any, call: Any) -> None:
    assert (await call("GET", "runs")).status == 200
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("cellift")]


def test_the_event_schema_is_registered(jp_serverapp: Any) -> None:
    assert SCHEMA_ID in jp_serverapp.event_logger.schemas


async def test_stopping_ends_the_follower_and_the_threads(jp_serverapp: Any, call: Any) -> None:
    service = jp_serverapp.web_app.settings["cellift"].service
    await call("POST", "watch")
    assert service.follower.active
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert not service.follower.active
    with pytest.raises(RuntimeError):
        await service.blocking(int)
