"""Real runs, by the real engine, through REST: started, followed, cancelled, and found by the next server."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cellift.server.events import SCHEMA_ID
from recorded import notebook

TWO_STEPS = notebook(
    "import os\nn = 2",
    "# step make\nx = list(range(n + 2))\nprint('made', x)",
    "# step use\ntotal = sum(x)\nprint('total', total, os.getcwd())",
)
# Waits for a file, so that a test decides how long it runs.
WAITS = notebook(
    "import pathlib, time",
    "# step wait\nprint('waiting', flush=True)\n"
    "while not pathlib.Path('go').exists():\n    time.sleep(0.02)\nx = list(range(3))",
    "# step use\nprint('got', x)",
)
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}


@pytest.fixture
def start(call: Any) -> Callable[..., Any]:
    async def _start(content: dict[str, Any], path: str = "nb.ipynb", **more: Any) -> dict[str, Any]:
        answer = await call("POST", "runs", {"path": path, "content": content, **more})
        assert answer.status == 201, answer.json
        assert answer.headers["Location"].endswith(f"/cellift/api/runs/{answer.json['id']}")
        return dict(answer.json)

    return _start


@pytest.fixture
def over(call: Any) -> Callable[..., Any]:
    async def _over(run_id: str, seconds: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            run = (await call("GET", f"runs/{run_id}")).json
            if run["state"] in FINAL:
                return dict(run)
            assert time.monotonic() < deadline, run
            await asyncio.sleep(0.05)

    return _over


async def test_a_notebook_that_is_not_saved_runs_in_its_folder(
    call: Any, start: Any, over: Any, jp_root_dir: Path, jp_base_url: str
) -> None:
    (jp_root_dir / "sub").mkdir()
    run = await start(TWO_STEPS, "sub/nb.ipynb", name="first")
    assert (run["name"], run["source"]["path"]) == ("first", "sub/nb.ipynb")
    run = await over(run["id"])
    assert run["state"] == "SUCCEEDED", run["error"]
    log = (await call("GET", f"runs/{run['id']}/logs/use")).json
    assert log["text"].strip() == f"total 6 {jp_root_dir / 'sub'}"
    assert log["done"]
    assert [item["id"] for item in (await call("GET", "runs", notebook="sub/nb.ipynb")).json["runs"]] == [run["id"]]
    assert not (jp_root_dir / "sub" / "nb.ipynb").exists()


async def test_the_steps_do_not_get_the_servers_keys(
    call: Any, start: Any, over: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_TOKEN", "open-sesame")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "open-sesame")
    monkeypatch.setenv("AWS_PROFILE", "team")
    content = notebook(
        "import os",
        "# step look\nfound = sorted(name for name, value in os.environ.items() if 'sesame' in value)\n"
        "print(found, os.environ['AWS_PROFILE'])",
    )
    run = await over((await start(content))["id"])
    assert run["state"] == "SUCCEEDED", run["error"]
    assert (await call("GET", f"runs/{run['id']}/logs/look")).json["text"].strip() == "[] team"


async def test_the_steps_run_with_the_kernel_of_the_notebooks_tab(
    call: Any, start: Any, over: Any, jp_data_dir: Path, tmp_path: Path
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    spec = jp_data_dir / "kernels" / "mine"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "Mine", "language": "python", "env": {"FROM_KERNELSPEC": "yes"}}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    content = notebook("import os, sys", "# step look\nprint(sys.executable, os.environ.get('FROM_KERNELSPEC'))")
    content["metadata"] = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    run = await over((await start(content, kernel_name="mine"))["id"])
    assert run["state"] == "SUCCEEDED", run["error"]
    assert (await call("GET", f"runs/{run['id']}/logs/look")).json["text"].strip() == f"{python} yes"


async def test_only_a_step_and_what_it_needs(start: Any, over: Any) -> None:
    content = notebook("# step a\nx = list(range(3))", "# step b\ny = x", "# step c\nz = 3")
    run = await over((await start(content, step="b"))["id"])
    assert [task["id"] for task in run["tasks"]] == ["a", "b"]


async def test_refused_input_is_not_recorded(call: Any, jp_root_dir: Path) -> None:
    async def refused(content: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await call("POST", "runs", {"path": "nb.ipynb", "content": content, **more})
        assert answer.status == 400
        return dict(answer.json)

    assert (await refused(notebook("# step a\nprint(missing)")))["diagnostics"][0]["cell"] == "cell0"
    assert (await refused(notebook("x = 1")))["diagnostics"]
    assert (await refused(TWO_STEPS, params={"nope": 1}))["diagnostics"]
    assert "`params`" in (await refused(TWO_STEPS, params=[]))["message"]
    assert (await refused(TWO_STEPS, step="nope"))["message"]
    unknown = await refused(TWO_STEPS, kernel_name="nope")
    assert (unknown["diagnostics"][0]["code"], "`nope`" in unknown["message"]) == ("CL004", True)
    gone = await call("POST", "runs", {"path": "gone/nb.ipynb", "content": TWO_STEPS})
    assert (gone.status, "gone" in gone.json["message"]) == (400, True)
    assert (await call("GET", "runs")).json["runs"] == []


async def test_a_step_that_raises_points_at_its_cell(start: Any, over: Any) -> None:
    run = await over(
        (await start(notebook("# step a\nx = list(range(3))", "# step b\ny = x\nraise ValueError('no')")))["id"]
    )
    assert run["state"] == "FAILED"
    assert (run["error"]["type"], run["error"]["cell"], run["error"]["line"]) == ("ValueError", "cell1", 2)


async def test_cancel_ends_a_run_and_may_be_asked_again(call: Any, start: Any, over: Any) -> None:
    run = await start(WAITS)
    assert (await call("DELETE", f"runs/{run['id']}")).status == 409
    assert (await call("POST", f"runs/{run['id']}/cancel")).status == 202
    assert (await call("POST", f"runs/{run['id']}/cancel", {})).status == 202
    assert (await over(run["id"]))["state"] == "CANCELLED"
    again = await call("POST", f"runs/{run['id']}/cancel")
    assert (again.status, again.json["state"]) == (202, "CANCELLED")
    assert (await call("DELETE", f"runs/{run['id']}")).status == 204


async def test_a_log_is_followed_while_it_is_written(call: Any, start: Any, jp_root_dir: Path) -> None:
    run = await start(WAITS)
    piece = (await call("GET", f"runs/{run['id']}/logs/wait", wait=20)).json
    assert (piece["text"], piece["done"]) == ("waiting\n", False)
    rest = asyncio.ensure_future(call("GET", f"runs/{run['id']}/logs/wait", offset=piece["offset"], wait=20))
    (jp_root_dir / "go").touch()
    assert (await rest).json["done"]


async def test_the_event_websocket_tells_of_a_whole_run(
    call: Any, start: Any, jp_ws_fetch: Any, jp_root_dir: Path
) -> None:
    socket = await jp_ws_fetch("api", "events", "subscribe")
    await call("POST", "watch")
    run = await start(WAITS)
    last: dict[str | None, str] = {}
    deadline = time.monotonic() + 60
    while last.get(None) not in FINAL:
        event = json.loads(await asyncio.wait_for(socket.read_message(), max(0.01, deadline - time.monotonic())))
        if event["schema_id"] == SCHEMA_ID:
            assert event["run_id"] == run["id"]
            last[event.get("task_id")] = event["state"]
            (jp_root_dir / "go").touch()
    assert last == {None: "SUCCEEDED", "wait": "SUCCEEDED", "use": "SUCCEEDED"}
