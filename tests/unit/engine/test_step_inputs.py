"""Objects of stores that steps read: looked at before the run, fetched before the step."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from cellift.engine.launch import cancel, start_ir, start_notebook
from cellift.engine.prepare import compile_notebook
from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.graph import Step
from cellift.runs import states
from cellift.storage.connections.opening import open_store
from storage.kit import connect
from unit.engine.kit import SECONDS, Bench, step, task, wait_for

SHOW = "print(open(raw).read(), raw)"


@pytest.fixture
def objects(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bucket of the local tree, with one object."""
    monkeypatch.setenv("CELLIFT_HOME", str(bench.home))
    open_store("local").make_bucket("box")
    put("a.csv", "1,2")
    return bench.home / "data" / "box"


def put(key: str, text: str) -> None:
    open_store("local").write("box", key, io.BytesIO(text.encode()))


def reading(step_id: str, source: str, *inputs: str) -> Step:
    line = "; ".join(f"{name} = {found!a}" for name, _, found in (text.partition("=") for text in inputs) if found)
    return replace(step(step_id, f"{line}\n{source}"), options={"input": list(inputs)})


def test_the_name_holds_the_path_of_a_copy_and_the_record_says_of_what(bench: Bench, objects: Path) -> None:
    run = bench.run(reading("a", SHOW, "raw=data:local/box/a.csv"), step("b", "print(1)"))
    assert run["state"] == states.SUCCEEDED, run["error"]
    text, path = bench.log(run, "a").split()
    assert text == "1,2"
    assert path.startswith(str(bench.home / "cache" / "objects"))
    (read,) = task(run, "a")["reads"]
    info = open_store("local").stat("box", "a.csv")
    assert (read["name"], read["uri"], read["etag"], read["bytes"]) == (
        "raw",
        "cellift://local/box/a.csv",
        info.etag,
        3,
    )
    assert task(run, "b")["reads"] == []


def test_a_step_reads_and_writes_objects_by_their_address(bench: Bench, objects: Path) -> None:
    source = (
        "import pandas\n"
        'frame = pandas.read_csv("cellift://local/box/a.csv", header=None)\n'
        '(frame * 2).to_csv("cellift://local/box/twice.csv", header=False, index=False)'
    )
    run = bench.run(step("a", source))
    assert run["state"] == states.SUCCEEDED, run["error"]
    assert (objects / "twice.csv").read_text() == "2,4\n"


def test_two_inputs_and_a_key_with_a_quote(bench: Bench, objects: Path) -> None:
    put("x'y z.csv", "3,4")
    run = bench.run(
        reading("a", "print(open(p).read(), open(q).read())", "p=data:local/box/a.csv", "q=data:local/box/x'y z.csv")
    )
    assert run["state"] == states.SUCCEEDED, run["error"]
    assert bench.log(run, "a").split() == ["1,2", "3,4"]


def test_an_object_that_is_not_there_is_refused_before_the_run(bench: Bench, objects: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        bench.start(reading("a", SHOW, "raw=data:local/box/no.csv", "data:nowhere/b/a.csv"))
    found = caught.value.diagnostics
    assert [(one.code, one.cell) for one in found] == [("CL611", "cell-a")] * 2
    assert "no.csv" in found[0].message
    assert "There is no connection 'nowhere'" in found[1].message
    assert not (bench.home / "runs").exists() or not list((bench.home / "runs").iterdir())


@pytest.mark.parametrize("text", ["raw=data:local/box/a.csv", "data:local/box/a.csv"])
def test_an_object_that_is_replaced_meanwhile_fails_its_step(bench: Bench, objects: Path, text: str) -> None:
    new, old = str(objects / "new"), str(objects / "a.csv")
    change = f"import os\nopen({new!r}, 'w').write('33')\nos.replace({new!r}, {old!r})\nx = 1"
    late = replace(reading("b", "print(1)", text), inputs={"x": "a"})
    run = bench.run(step("a", change, outputs=("x",)), late)
    assert run["state"] == states.FAILED
    assert (run["error"]["code"], run["error"]["task"]) == ("CL612", "b")
    assert (
        run["error"]["message"] == "Step B: local/box/a.csv was replaced after the run had begun. Start the run again."
    )


def test_without_a_name_nothing_is_fetched(bench: Bench, objects: Path) -> None:
    run = bench.run(reading("a", "print(1)", "data:local/box/a.csv"))
    assert run["state"] == states.SUCCEEDED, run["error"]
    assert [read["name"] for read in task(run, "a")["reads"]] == [""]
    assert not (bench.home / "cache").exists()


class Silent(BaseHTTPRequestHandler):
    """A store that tells of its object and never gives it."""

    over = Event()

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("ETag", '"e"')
        self.send_header("Content-Length", "3")
        self.send_header("Last-Modified", "Fri, 27 Nov 2026 10:00:00 GMT")
        self.end_headers()

    def do_GET(self) -> None:
        if "tagging" in self.path:
            self.send_error(404)
        else:
            self.over.wait(SECONDS)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_steps_that_read_one_object_start_together(bench: Bench, objects: Path) -> None:
    put("ü {{$}}.csv", "5,6")
    text = "raw=data:local/box/ü {{$}}.csv"
    run = bench.run(*(reading(one, "print(open(raw).read())", text) for one in "abc"))
    assert run["state"] == states.SUCCEEDED, run["error"]
    assert [bench.log(run, one) for one in "abc"] == ["5,6\n"] * 3


def test_a_copy_that_is_here_is_not_fetched_again(bench: Bench, objects: Path) -> None:
    first = bench.run(reading("a", SHOW, "raw=data:local/box/a.csv"))
    second = bench.run(reading("a", SHOW, "raw=data:local/box/a.csv"))
    assert bench.log(second, "a") == bench.log(first, "a") != ""
    logs = [bench.store.folder(run["id"]) / "logs" / "a.inputs.log" for run in (first, second)]
    assert [log.exists() for log in logs] == [True, False]


def test_cancel_ends_what_is_being_fetched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        Thread(target=server.serve_forever).start()
        connect(monkeypatch, server.server_port)
        launch = bench.start(reading("a", SHOW, "raw=data:minio-env/box/a.csv"))
        why = lambda: bench.store.load(launch.run_id)["tasks"][0]["reason"] == "Fetching minio-env/box/a.csv."  # noqa: E731
        wait_for(why, "the step waits for its input")
        cancel(bench.home, launch.run_id, wait=SECONDS)
        assert bench.store.load(launch.run_id)["state"] == states.CANCELLED
        Silent.over.set()
        server.shutdown()


def test_a_notebook_with_inputs_runs_again_from_its_pipeline_and_is_not_compiled_for_a_cluster(
    bench: Bench, objects: Path
) -> None:
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": []}
    cell["source"] = "%%step load --input raw=data:local/box/a.csv\nprint(open(raw).read())"
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    launch = start_notebook(notebook, None, home=bench.home, python=sys.executable)
    bench.started.append(launch)
    assert bench.log(bench.wait(launch), "load").split() == ["1,2"]
    put("a.csv", "3,4")
    again = start_ir((launch.run_dir / "spec" / "pipeline.yaml").read_text(), home=bench.home)
    bench.started.append(again)
    assert bench.log(bench.wait(again), "load").split() == ["3,4"]
    with pytest.raises(RefusedError) as caught:
        compile_notebook(notebook, None, image="python:3.11")
    assert [(one.code, one.cell) for one in caught.value.diagnostics] == [("CL613", "c")]
