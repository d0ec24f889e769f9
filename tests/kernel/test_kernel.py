"""The extension in a real kernel process, spoken to as a front end does."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

CELLS = {
    "setup": "n = 3",
    "make": "%%step make\nxs = list(range(n))\nlen(xs)",
    "add": '%%step "add it" --output total\ntotal = sum(xs)\ntotal',
    "graph": "%pipeline graph",
    "run": "r = %pipeline run --wait\nr",
}
STEPS = ("setup", "make", "add")
SECONDS = 60


class Kernel:
    """A kernel whose notebook is a file; `execute` sends one of its cells."""

    def __init__(self, notebook: Path, client: Any) -> None:
        self.notebook = notebook
        self._client = client

    def save(self, cells: dict[str, str]) -> None:
        document = {
            "cells": [
                {
                    "id": name,
                    "cell_type": "code",
                    # What looks at the pipeline from outside is no part of a step.
                    "metadata": {} if name in STEPS else {"cellift": {"skip": True}},
                    "source": source,
                    "outputs": [],
                }
                for name, source in cells.items()
            ],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        self.notebook.write_text(json.dumps(document))

    def execute(self, code: str, cell: str = "scratch") -> list[dict[str, Any]]:
        """Run *code* as the cell with the id *cell*; the contents of what it shows, errors included."""
        shown: list[dict[str, Any]] = []

        def collect(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("execute_result", "display_data", "update_display_data", "stream", "error"):
                shown.append({"kind": message["msg_type"], **message["content"]})

        request = self._client.session.msg(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        )
        # As JupyterLab sends it: the id of the cell is in the metadata of the request.
        request["metadata"] = {"cellId": cell}
        self._client.shell_channel.send(request)
        reply_id = request["header"]["msg_id"]
        done = False
        while not done:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != reply_id:
                continue
            collect(message)
            done = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        return shown

    def value(self, expression: str) -> str:
        """The text of an expression in the kernel."""
        (result,) = self.execute(expression)
        return str(result["data"]["text/plain"])


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("kernel")
    notebook = folder / "nb.ipynb"
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
    )
    env = {
        **os.environ,
        "CELLIFT_HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JPY_SESSION_NAME": str(notebook),
    }
    manager.start_kernel(env=env, cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        ready = Kernel(notebook, client)
        assert ready.execute("%load_ext cellift") == []
        ready.save(CELLS)
        for cell in ("setup", "make", "add"):
            ready.execute(CELLS[cell], cell)
        yield ready
    finally:
        client.stop_channels()
        with contextlib.suppress(RuntimeError):
            manager.shutdown_kernel(now=True)


def test_step_cells_show_their_last_expression_and_set_variables(kernel: Kernel) -> None:
    (result,) = kernel.execute(CELLS["make"], "make")
    assert (result["kind"], result["data"]["text/plain"]) == ("execute_result", "3")
    assert kernel.value("xs") == "[0, 1, 2]"


def test_an_error_in_a_step_cell_has_the_line_of_the_cell_and_stops_the_notebook(kernel: Kernel) -> None:
    (error,) = kernel.execute("%%step bad\nq = 1\nq / 0")
    assert (error["kind"], error["ename"]) == ("error", "ZeroDivisionError")
    assert "line 3" in "".join(error["traceback"])


def test_await_works_in_a_step_cell(kernel: Kernel) -> None:
    kernel.execute("import asyncio")
    (result,) = kernel.execute("%%step wait\nawait asyncio.sleep(0, 7)")
    assert result["data"]["text/plain"] == "7"


def test_a_bad_step_line_is_a_usage_error(kernel: Kernel) -> None:
    shown = kernel.execute("%%step train --gpus 2\nran = 1")
    assert any("--gpus is no option of a step" in str(one) for one in shown)
    assert kernel.value("'ran' in globals()") == "False"


def test_loading_again_is_harmless(kernel: Kernel) -> None:
    kernel.execute("%reload_ext cellift")
    (result,) = kernel.execute(CELLS["make"], "make")
    assert result["data"]["text/plain"] == "3"


def test_graph_is_a_drawing_with_text_beside_it(kernel: Kernel) -> None:
    (result,) = kernel.execute(CELLS["graph"], "graph")
    assert set(result["data"]) == {"text/vnd.mermaid", "text/plain"}
    assert "└─ xs → add it" in result["data"]["text/plain"]


def test_a_run_is_an_object_with_a_card_values_and_logs(kernel: Kernel) -> None:
    (result,) = kernel.execute(CELLS["run"], "run")
    data = result["data"]
    run_id = kernel.value("r.id").strip("'")
    assert data["application/vnd.cellift.run+json"] == {"run_id": run_id, "v": 1}
    assert 'data-state="SUCCEEDED"' in data["text/html"]
    assert data["text/plain"].startswith("✓ Succeeded  nb  ")
    assert kernel.value('r["add it"]["total"]') == "3"
    assert kernel.value('r.logs("make")') == "3"
    assert run_id[:13] in kernel.value("%runs")
    assert kernel.value("r.wait().state") == "'SUCCEEDED'"
    (status,) = kernel.execute("%pipeline status")
    assert status["data"]["application/vnd.cellift.run+json"]["run_id"] == run_id
    (logs,) = kernel.execute(f"%runs logs {run_id} make")
    assert logs["data"]["text/plain"] == "3"


def test_python_finds_the_notebook_too(kernel: Kernel) -> None:
    code = "import cellift\ncellift.run(step='make', wait=True)['make']['xs']"
    kernel.save({**CELLS, "mine": code})
    (result,) = kernel.execute(code, "mine")
    kernel.save(CELLS)
    assert result["data"]["text/plain"] == "[0, 1, 2]"


def test_a_cell_that_is_not_saved_is_refused_with_what_to_do(kernel: Kernel) -> None:
    (said,) = kernel.execute("%pipeline run -p n=4", "run")
    assert "not yet saved in nb.ipynb" in str(said)
    (said,) = kernel.execute("%pipeline run", "never-saved")
    assert "Save the notebook" in str(said)


def test_a_refused_notebook_tells_the_place_and_no_traceback(kernel: Kernel) -> None:
    kernel.save({**CELLS, "add": "%%step add\nundefined_name"})
    shown = kernel.execute(CELLS["run"], "run")
    kernel.save(CELLS)
    text = str(shown)
    assert "cell 3, line 2: error CL104" in text
    assert "Traceback" not in text


def test_a_failed_step_is_loaded_and_run_on_cell_by_cell(kernel: Kernel) -> None:
    cells = {
        "setup": "import math\ndef root(x):\n    return math.sqrt(x)",
        "make": "%%step make\nitems = [16, -1]",
        "add": "%%step roots\nfirst = root(items[0])\nroot(items[1])",
        "run": "r = %pipeline run --wait\nr",
    }
    kernel.save(cells)
    (result,) = kernel.execute(cells["run"], "run")
    kernel.save(CELLS)
    hint = result["data"]["text/plain"].split("\n")[-1]
    assert hint.endswith("puts its inputs into this notebook.")
    (loaded,) = kernel.execute(hint.partition(" puts")[0])
    assert "items" in loaded["data"]["text/plain"]
    assert kernel.value("root(items[0])") == "4.0"
    (error,) = kernel.execute(cells["add"], "add")
    assert error["ename"] == "ValueError"
    (said,) = kernel.execute(f"%pipeline load {kernel.value('r.id')[1:14]} root")
    assert "Did you mean roots" in str(said)
    assert "Traceback" not in str(said)


def test_a_transfer_shows_a_bar_below_its_cell(kernel: Kernel) -> None:
    big = kernel.notebook.parent / "big"
    big.write_bytes(bytes(20 << 20))
    kernel.execute("import cellift, cellift.api.meter as m")
    kernel.execute("m.EVERY_SECONDS = 0\n%data mb local/wine")
    for code in (f"%data cp {big} local/wine", f"_ = cellift.data('local/wine/').upload({str(big)!r})"):
        first, *others = [one for one in kernel.execute(code) if one["kind"].endswith("display_data")]
        assert first["kind"] == "display_data" and "<progress" in first["data"]["text/html"]
        assert others and all(one["transient"] == first["transient"] for one in others)
        assert any(
            "100 %" in one["data"]["text/plain"] and "of 20.0 MiB" in one["data"]["text/plain"] for one in others
        )
        assert "20.0 MiB in " in others[-1]["data"]["text/plain"]
