from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cellift.engine import launch as launching
from cellift.engine.launch import LaunchError, cancel
from cellift.notebook.cells import Notebook
from cellift.runs.model import Run
from cellift.runs.store import NewRun
from unit.engine.kit import Bench, prepare, step, task, wait_for

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "jupyter_ext" / "cellift" / "runs" / "run.schema.json").read_text(encoding="utf-8")
)


def states_of(run: Run) -> dict[str, str]:
    return {one["id"]: one["state"] for one in run["tasks"]}


def contents_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a reserve, which the guardian gives back after the end of the run
        return b""


def test_values_cross_from_step_to_step_and_the_record_fits_the_schema(bench: Bench) -> None:
    run = bench.run(
        step("load", "x = 20", outputs=("x",)),
        step("double", "y = x * 2\nprint('doubled')\ny", {"x": "load"}, ("y",)),
        step("show", "print(x + y)", {"x": "load", "y": "double"}),
    )
    assert run["state"] == "SUCCEEDED"
    jsonschema.validate(run, SCHEMA)
    assert bench.log(run, "double") == "doubled\n40\n"
    assert bench.log(run, "show") == "60\n"
    assert [(item["name"], item["type"], item["preview"]) for item in task(run, "double")["outputs"]] == [
        ("y", "int", "40")
    ]
    assert task(run, "show")["inputs"] == {"x": "load", "y": "double"}
    assert {(metric["key"], metric["value"]) for metric in run["metrics"]} == {("x", 20.0), ("y", 40.0)}
    assert [artifact["uri"] for artifact in run["artifacts"] if artifact["task"] == "load"] == [
        str(bench.store.folder(run["id"]) / "values" / "load")
    ]


def test_plain_results_that_no_step_takes_are_kept_and_told_as_metrics(bench: Bench) -> None:
    names = ("accuracy", "winner", "model", "best", "gone", "n")
    source = "accuracy, winner, model, n, out = 0.5, 'SVM', object(), 3, [1]\nbest = accuracy > 0.4"
    run = bench.run(step("train", source, outputs=("out",), keep=names))
    jsonschema.validate(run, SCHEMA)
    assert [item["name"] for item in task(run, "train")["outputs"]] == ["out", "accuracy", "winner", "best", "n"]
    assert [(metric["key"], metric["value"]) for metric in run["metrics"]] == [("accuracy", 0.5), ("n", 3)]
    metric = bench.store.list()["runs"][0]["metric"]
    assert metric is not None
    assert metric["key"] == "accuracy"
    folder = bench.store.folder(run["id"]) / "values" / "train"
    (artifact,) = run["artifacts"]
    assert artifact["bytes"] == sum(path.stat().st_size for path in folder.iterdir() if path.name != "index.json")


def test_independent_steps_run_at_the_same_time(bench: Bench) -> None:
    meet = """
import pathlib, time
pathlib.Path("{mine}").touch()
end = time.monotonic() + 60
while not pathlib.Path("{other}").exists():
    assert time.monotonic() < end, "the other step is not running"
    time.sleep(0.005)
"""
    run = bench.run(step("a", meet.format(mine="a", other="b")), step("b", meet.format(mine="b", other="a")))
    assert run["state"] == "SUCCEEDED"


def test_failure_skips_what_depends_on_it_and_nothing_else(bench: Bench) -> None:
    run = bench.run(
        step("good", "g = 1", outputs=("g",)),
        step("bad", "print('before')\nint('x')", outputs=("b",)),
        step("after_bad", "c = b", {"b": "bad"}, ("c",)),
        step("far", "c", {"c": "after_bad"}),
        step("after_good", "h = g + 1", {"g": "good"}, ("h",)),
    )
    assert run["state"] == "FAILED"
    assert states_of(run) == {
        "good": "SUCCEEDED",
        "bad": "FAILED",
        "after_bad": "SKIPPED",
        "far": "SKIPPED",
        "after_good": "SUCCEEDED",
    }
    assert task(run, "far")["reason"] == "Step Bad failed."
    assert run["error"] is not None
    assert run["error"]["task"] == "bad"
    assert (run["error"]["type"], run["error"]["cell"], run["error"]["line"]) == ("ValueError", "cell-bad", 2)
    assert run["reason"] == "Bad: ValueError: invalid literal for int() with base 10: 'x'"
    assert "before" in bench.log(run, "bad")
    jsonschema.validate(run, SCHEMA)


def test_step_runs_in_the_given_folder_with_the_callers_environment(bench: Bench, environment: dict[str, str]) -> None:
    environment["CELLIFT_TEST_SECRET"] = "s3cr3t"
    source = "import os, sys\nprint(os.getcwd(), os.environ['CELLIFT_TEST_SECRET'], os.environ['CELLIFT_RUN_ID'])"
    run = bench.run(step("a", source), step("b", source), env=environment)
    for name in ("a", "b"):
        assert bench.log(run, name).split() == [str(bench.work), "s3cr3t", run["id"]]
    folder = bench.store.folder(run["id"])
    stored = {path: contents_of(path) for path in folder.rglob("*") if path.is_file() and path.parent.name != "logs"}
    assert any(stored.values())
    assert not [path for path, text in stored.items() if b"s3cr3t" in text], "values of variables are never stored"


def test_hash_of_text_is_the_same_in_every_step(bench: Bench) -> None:
    run = bench.run(*(step(name, "print(hash('cellift'))") for name in ("a", "b", "c")))
    assert len({bench.log(run, name) for name in ("a", "b", "c")}) == 1


def test_long_code_reaches_the_step(bench: Bench) -> None:
    source = f"text = {'x' * 300_000!r}\nprint(len(text))"
    run = bench.run(step("a", source), step("b", source))
    assert [bench.log(run, name) for name in ("a", "b")] == ["300000\n", "300000\n"]
    alone = bench.run(step("a", source))
    assert task(alone, "a")["launch"] == "spawned"
    assert bench.log(alone, "a") == "300000\n"


def test_interpreter_without_cellift_is_enough(bench: Bench, environment: dict[str, str]) -> None:
    bare = Path(sys.base_prefix) / "bin" / "python3"
    environment.pop("PYTHONPATH", None)
    probe = subprocess.run(
        [bare, "-c", "import cellift"], env=environment, capture_output=True, cwd=bench.work, check=False
    )
    assert probe.returncode != 0, "this interpreter has Cellift, so it proves nothing"
    source = "import sys\nprint(sys.executable)\nx = 1"
    # The interpreter of the supervisor stays ours; only the steps get the bare one.
    run = bench.run(step("a", source, outputs=("x",)), step("b", "print(x)", {"x": "a"}), python=str(bare))
    assert run["state"] == "SUCCEEDED"
    assert Path(bench.log(run, "a").strip()).resolve() == bare.resolve()


def test_git_commit_of_the_notebook_is_recorded(bench: Bench) -> None:
    def git(*words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(["git", *identity, *words], cwd=bench.work, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    notebook = bench.work / "n.ipynb"
    notebook.write_text("{}")
    git("init", "-q", "-b", "trunk")
    git("add", "n.ipynb")
    git("commit", "-q", "-m", "m")
    wait = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.005)"
    prepared = prepare(step("a", wait))
    prepared = type(prepared)(**{**vars(prepared), "notebook": Notebook((), {}, str(notebook))})
    launch = launching.start_prepared(prepared, home=bench.home, python=sys.executable)
    bench.started.append(launch)
    found = wait_for(lambda: bench.store.load(launch.run_id)["source"]["git"], "the commit in the record")
    (bench.work / "go").touch()
    assert bench.wait(launch)["state"] == "SUCCEEDED"
    assert found == {"commit": git("rev-parse", "HEAD"), "branch": "trunk", "dirty": False}


def test_unknown_interpreter_is_refused_before_anything_is_recorded(bench: Bench) -> None:
    with pytest.raises(LaunchError, match="no-such-python"):
        bench.start(step("a", "1"), python="/no-such-python")
    assert bench.store.list()["runs"] == []


def test_supervisor_that_does_not_come_up_is_an_error_with_its_own_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellift.engine.launch._MODULE", "cellift.engine.no_such_module")
    with pytest.raises(LaunchError, match="no_such_module"):
        bench.start(step("a", "1"))
    (row,) = bench.store.list()["runs"]
    assert row["state"] == "FAILED"
    assert row["error"] is not None
    assert "no_such_module" in row["error"]["message"]


def test_supervisor_that_fails_over_its_plan_leaves_one_clear_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = launching.start_supervisor

    def start_spoilt(new: NewRun, module: str, **more: Any) -> None:
        (new.folder / "spec" / "plan.json").write_text("{")
        start(new, module, **more)

    monkeypatch.setattr(launching, "start_supervisor", start_spoilt)
    with pytest.raises(LaunchError, match="JSONDecodeError"):
        bench.start(step("a", "1"))
    (row,) = bench.store.list()["runs"]
    assert row["state"] == "FAILED"
    events = bench.store.events(row["id"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert sum(event.get("state") == "FAILED" for event in events if event["type"] == "run.state") == 1


def test_index_knows_the_run_when_it_is_over(bench: Bench) -> None:
    run = bench.run(step("a", "x = 1", outputs=("x",)))
    (row,) = bench.store.list()["runs"]
    assert (row["state"], row["progress"]) == ("SUCCEEDED", {"done": 1, "total": 1})
    assert row["bytes"] is not None
    assert row["bytes"] > 0
    cancel(bench.home, run["id"])
    assert bench.store.load(run["id"])["state"] == "SUCCEEDED"
