"""From a notebook, or a compiled pipeline, to a run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift.engine.launch import prepare_notebook, start_ir, start_notebook
from cellift.notebook.diagnostics import RefusedError
from cellift.pipeline.ir import dump_ir
from unit.engine.kit import Bench


def cell(name: str, source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "old output"}],
        "execution_count": 3,
    }


def notebook(kernel: str = "") -> dict[str, Any]:
    return {
        "cells": [
            cell("p", "n = 5", tags=["parameters"]),
            cell("a", "x = list(range(n))", cellift={"step": "load data"}),
            cell("b", "total = sum(x)\nprint(total)", cellift={"step": "add"}),
            cell("c", "print(len(x))", cellift={"step": "count"}),
        ],
        "metadata": {"kernelspec": {"name": kernel, "language": "python"}} if kernel else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def path_of(bench: Bench) -> str:
    return str(bench.work / "sums.ipynb")


def test_notebook_runs_with_its_parameters_overridden(bench: Bench) -> None:
    data = json.dumps(notebook())
    launch = start_notebook(data, path_of(bench), home=bench.home, overrides={"n": "11"}, python=sys.executable)
    run = bench.wait(launch)
    assert (run["state"], run["name"], run["params"]) == ("SUCCEEDED", "sums", {"n": 11})
    assert [task["name"] for task in run["tasks"]] == ["load data", "add", "count"]
    assert bench.log(run, "add") == "55\n"
    assert run["source"]["notebook"] == path_of(bench)
    assert run["source"]["cells"] == ["a", "b", "c"]


def test_snapshot_is_the_notebook_without_outputs(bench: Bench) -> None:
    launch = start_notebook(notebook(), path_of(bench), home=bench.home, python=sys.executable)
    run = bench.wait(launch)
    assert run["source"]["snapshot"] is not None
    snapshot = json.loads((launch.run_dir / run["source"]["snapshot"]).read_text())
    assert [found["source"] for found in snapshot["cells"]] == [one["source"] for one in notebook()["cells"]]
    assert all(found["outputs"] == [] for found in snapshot["cells"])


def test_one_step_runs_with_what_it_needs(bench: Bench) -> None:
    prepared = prepare_notebook(notebook(), path_of(bench), step="add")
    assert [task["name"] for task in prepared.plan["tasks"]] == ["load data", "add"]
    with pytest.raises(RefusedError, match=r"There is no step nothing.*: load data, add, count"):
        prepare_notebook(notebook(), path_of(bench), step="nothing")


def test_notebook_with_an_error_is_refused_and_nothing_recorded(bench: Bench) -> None:
    broken = notebook()
    broken["cells"][2]["source"] = "print(nowhere)"
    with pytest.raises(RefusedError) as caught:
        start_notebook(broken, path_of(bench), home=bench.home)
    assert [(found.code, found.cell) for found in caught.value.diagnostics if found.severity == "error"] == [
        ("CL104", "b")
    ]
    assert bench.store.list()["runs"] == []


def test_kernel_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(RefusedError) as caught:
        start_notebook(notebook("no-such-kernel"), path_of(bench), home=bench.home)
    assert [found.code for found in caught.value.diagnostics] == ["CL004"]
    assert bench.store.list()["runs"] == []


def test_interpreter_and_environment_come_from_the_kernel(bench: Bench, environment: dict[str, str]) -> None:
    kernel = bench.work.parent / "jupyter" / "kernels" / "special"
    kernel.mkdir(parents=True)
    python = bench.work.parent / "special-python"
    python.symlink_to(sys.executable)
    # What is on the kernel's path is nothing to the supervisor, which would stumble over this.
    (bench.work.parent / "other" / "cellift").mkdir(parents=True)
    (bench.work.parent / "other" / "cellift" / "__init__.py").write_text("raise ImportError('of another Python')")
    variables = {"FROM_KERNEL": "yes", "PYTHONPATH": str(bench.work.parent / "other")}
    spec = {"argv": [str(python), "-m", "x"], "language": "python", "display_name": "S", "env": variables}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    environment["JUPYTER_PATH"] = str(kernel.parent.parent)
    data = notebook("special")
    data["cells"][3]["source"] = "import os, sys\nprint(os.environ['FROM_KERNEL'], len(x), sys.orig_argv[0])"
    run = bench.wait(start_notebook(data, path_of(bench), home=bench.home, env=environment))
    assert run["state"] == "SUCCEEDED", run["error"]
    assert bench.log(run, "count") == f"yes 5 {python}\n"


def test_compiled_pipeline_runs_as_the_notebook_does(bench: Bench) -> None:
    text = dump_ir(prepare_notebook(notebook(), path_of(bench)).ir)
    launch = start_ir(text, home=bench.home, overrides={"n": "3"}, cwd=str(bench.work))
    run = bench.wait(launch)
    assert (run["state"], run["params"], bench.log(run, "add")) == ("SUCCEEDED", {"n": 3}, "3\n")
    assert (launch.run_dir / "spec" / "pipeline.yaml").read_text() == text
    assert run["source"]["notebook"] is None


def test_more_than_the_machine_has_is_a_warning_or_refused_when_strict(bench: Bench) -> None:
    ir = prepare_notebook(notebook(), path_of(bench)).ir
    (executor,) = ir["deploymentSpec"]["executors"].values()
    executor["container"]["resources"] = {"cpuLimit": 4096.0}
    text = dump_ir(ir)
    with pytest.raises(RefusedError, match="4096 cores"):
        start_ir(text, home=bench.home, cwd=str(bench.work), strict=True)
    run = bench.wait(start_ir(text, home=bench.home, cwd=str(bench.work)))
    assert run["state"] == "SUCCEEDED"
    assert [warning["code"] for warning in run["warnings"]] == ["CL516"] * 3


def test_working_directory_is_the_notebooks_folder(bench: Bench) -> None:
    data = notebook()
    data["cells"][3]["source"] = "import os\nprint(os.getcwd(), len(x))"
    run = bench.wait(start_notebook(data, path_of(bench), home=bench.home, python=sys.executable))
    assert bench.log(run, "count").split()[0] == os.path.realpath(bench.work)
    assert Path(run["source"]["notebook"] or "").parent == bench.work


def test_notebook_whose_path_is_no_text_runs(bench: Bench) -> None:
    folder = bench.work / os.fsdecode(b"a\xffb\nc")
    folder.mkdir()
    path = folder / os.fsdecode(b"n\xfe\n.ipynb")
    launch = start_notebook(notebook(), str(path), home=bench.home, name="a\nb\x1b[31m", python=sys.executable)
    run = bench.wait(launch)
    assert (run["state"], run["name"]) == ("SUCCEEDED", "a b [31m")
    assert [one["id"] for one in bench.store.list(notebook=str(path))["runs"]] == [launch.run_id]
    assert bench.wait(start_notebook(notebook(), str(path), home=bench.home))["name"] == "n"
