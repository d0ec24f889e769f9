"""Steps that run again because of what a step above them turned out to have changed, with real processes."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from cellift.engine.launch import start_prepared
from cellift.engine.prepare import Prepared
from cellift.notebook.graph import Step
from cellift.runs.model import Run
from cellift.storage.connections.opening import open_store
from unit.engine.kit import Bench, prepare, step, task
from unit.engine.scripted_runner import PROGRAM
from unit.engine.test_run import SCHEMA, states_of

WAIT = """
import pathlib, time
def wait(name):
    end = time.monotonic() + 60
    while not pathlib.Path(name).exists():
        assert time.monotonic() < end, name
        time.sleep(0.005)
def say(name):
    pathlib.Path(name).touch()
"""


def scripted(*steps: Step) -> Prepared:
    prepared = prepare(*steps)
    plan = copy.deepcopy(prepared.plan)
    for executor in plan["executors"].values():
        executor["command"] = ["python3", "-c", PROGRAM]
    return Prepared(**{**vars(prepared), "plan": plan})


def run(bench: Bench, *steps: Step) -> Run:
    with_wait = [Step(**{**vars(one), "code": (*_wait(one), *one.code)}) for one in steps]
    launch = start_prepared(scripted(*with_wait), home=bench.home, cwd=str(bench.work))
    bench.started.append(launch)
    done = bench.wait(launch)
    jsonschema.validate(done, SCHEMA)
    return done


def _wait(one: Step) -> Any:
    return step(one.id, WAIT).code


def outputs(run: Run) -> dict[str, str]:
    return {f"{one['id']}.{item['name']}": item["preview"] for one in run["tasks"] for item in one["outputs"]}


A = step("a", "x = [1]", outputs=("x",))
TAKE = {"x": "a"}


def test_a_step_that_had_finished_runs_again_from_the_changed_value_and_so_does_what_took_its_result(
    bench: Bench,
) -> None:
    done = run(
        bench,
        A,
        step("b", "wait('d')\nx.append(2); changed.append('x')", TAKE),
        step("c", "n = sum(x); print(n)", TAKE, ("n",)),
        step("d", "m = n + 1; say('d')", {"n": "c"}, ("m",)),
    )
    assert done["state"] == "SUCCEEDED"
    assert outputs(done) == {"a.x": "[1]", "b.x": "[1, 2]", "c.n": "3", "d.m": "4"}
    assert {one["id"]: one["attempt"] for one in done["tasks"]} == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert bench.log(done, "c") == "1\n"
    assert bench.store.log_path(done["id"], "c", 2).read_text() == "3\n"
    assert sorted((one["key"], one["value"]) for one in done["metrics"]) == [("m", 4), ("n", 3)]
    assert sorted(one["task"] for one in done["artifacts"]) == ["a", "b", "c", "d"]
    assert task(done, "c")["inputs"] == {"x": "b"}
    (told,) = done["warnings"]
    assert (told["code"], told["task"]) == ("CL520", "b")
    assert "`x`" in told["message"]
    queued = [e for e in bench.store.events(done["id"]) if e["type"] == "task.state" and e["state"] == "QUEUED"]
    assert [(e["task"], e["attempt"], e["reason"]) for e in queued] == [
        ("c", 2, "again: step B changed `x`, which this step had taken before the change"),
        ("d", 2, "again: what it took from C was made again"),
    ]


def test_what_an_attempt_uploads_is_not_mixed_with_what_a_void_one_has(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELLIFT_HOME", str(bench.home))
    monkeypatch.setenv("CELLIFT_RUNS_ARTIFACTS", "local/box")
    open_store("local").make_bucket("box")
    done = run(
        bench,
        A,
        step("b", "wait('d')\nx.append(2); changed.append('x')", TAKE),
        step("c", "n = sum(x); print(n)", TAKE, ("n",)),
        step("d", "m = n + 1; say('d')", {"n": "c"}, ("m",)),
    )
    assert done["state"] == "SUCCEEDED"
    kept = {one["task"]: one["stored"] for one in done["artifacts"]}
    where = f"cellift://local/box/{done['id']}"
    assert kept == {one: f"{where}/{name}/values/" for one, name in zip("abcd", ("a", "b", "c.2", "d.2"), strict=True)}


def test_a_step_that_has_not_started_simply_starts_from_the_changed_value(bench: Bench) -> None:
    done = run(
        bench,
        A,
        step("b", "x.append(2); changed.append('x')", TAKE, ("go",), setup="go = 1"),
        step("c", "print(x)", {"x": "a", "go": "b"}),
    )
    assert bench.log(done, "c") == "[1, 2]\n"
    assert task(done, "c")["attempt"] == 1


def test_a_running_step_is_ended_and_runs_again(bench: Bench) -> None:
    done = run(
        bench,
        A,
        step("b", "wait('c')\nx.append(2); changed.append('x')", TAKE),
        step("c", "say('c')\nif len(x) == 1: wait('never')\nn = len(x)", TAKE, ("n",)),
    )
    assert (done["state"], outputs(done)["c.n"], task(done, "c")["attempt"]) == ("SUCCEEDED", "2", 2)


def test_a_failure_over_the_old_value_is_no_failure_of_the_run(bench: Bench) -> None:
    done = run(
        bench,
        A,
        step("b", "wait('c')\nx.append(2); changed.append('x')", TAKE),
        step("c", "say('c')\nn = x[1]", TAKE, ("n",)),
        step("d", "m = n", {"n": "c"}, ("m",)),
    )
    assert (done["state"], done["error"], task(done, "c")["error"]) == ("SUCCEEDED", None, None)
    assert outputs(done)["d.m"] == "2"


def test_a_failure_over_the_right_value_is_the_failure_of_the_run(bench: Bench) -> None:
    done = run(
        bench,
        A,
        step("b", "wait('c')\nx.clear(); changed.append('x')", TAKE),
        step("c", "say('c')\nn = x[0]", TAKE, ("n",)),
        step("d", "m = n", {"n": "c"}, ("m",)),
    )
    assert states_of(done) == {"a": "SUCCEEDED", "b": "SUCCEEDED", "c": "FAILED", "d": "SKIPPED"}
    assert done["error"] is not None
    assert (done["error"]["task"], done["error"]["type"]) == ("c", "IndexError")


def test_a_step_that_added_to_a_file_is_not_run_twice_and_the_run_says_why(bench: Bench) -> None:
    done = run(
        bench,
        A,
        step("b", "wait('c')\nx.append(2); changed.append('x')", TAKE),
        step("c", "read.append('log.txt'); written.append('log.txt'); say('c')", TAKE),
    )
    assert (done["state"], task(done, "c")["attempt"]) == ("FAILED", 1)
    assert done["error"] is not None
    assert (done["error"]["code"], done["error"]["task"]) == ("CL521", "c")
    assert "log.txt" in done["error"]["message"]


def test_the_notes_of_a_step_that_was_ended_tell_what_it_had_written(bench: Bench) -> None:
    source = "note(read='log.txt'); note(written='log.txt'); say('c')\nwait('never')"
    done = run(bench, A, step("b", "wait('c')\nx.append(2); changed.append('x')", TAKE), step("c", source, TAKE))
    assert done["error"] is not None
    assert done["error"]["code"] == "CL521"
    assert states_of(done)["c"] == "CANCELLED"


def test_a_file_used_before_the_step_above_had_written_it_is_used_again(bench: Bench) -> None:
    done = run(
        bench,
        step("b", "wait('c')\npathlib.Path('f').write_text('new'); written.append('f')"),
        step(
            "c",
            "f = pathlib.Path('f'); n = f.read_text() if f.exists() else ''; read.append('f'); say('c')",
            outputs=("n",),
        ),
    )
    assert (outputs(done)["c.n"], task(done, "c")["attempt"]) == ("new", 2)


def test_an_earlier_step_that_read_what_a_later_one_wrote_fails_the_run(bench: Bench) -> None:
    done = run(bench, step("b", "wait('c')\nread.append('f')"), step("c", "written.append('f'); say('c')"))
    assert done["error"] is not None
    assert done["error"]["code"] == "CL521"
    assert '--after "B"' in done["error"]["message"]


def test_hidden_draws_go_on_with_the_sequence(bench: Bench) -> None:
    draw = "s = globals().get('state:random', 0) + 1; globals()['state:random'] = s; changed.append('state:random')"
    done = run(
        bench,
        step("b", f"wait('c')\n{draw}\nn = s", outputs=("n",)),
        step("c", f"{draw}\nn = s; say('c')", outputs=("n",)),
        step("d", f"{draw}\nn = s", outputs=("n",)),
    )
    assert [outputs(done)[f"{name}.n"] for name in "bcd"] == ["1", "2", "3"]
    # Which of the two is told first depends on which ends first.
    assert any(one["message"].startswith("Step B drew from random") for one in done["warnings"])


def test_the_runner_is_told_that_it_may_report_and_what_shares_a_file_with_an_input(bench: Bench) -> None:
    done = run(
        bench,
        step("a", "x = y = 1", outputs=("x", "y")),
        step("b", "print(rerun, later)", TAKE),
        step("c", "y", {"y": "a"}),
    )
    assert bench.log(done, "b") == "True []\n", "the scripted runner gives each name a file of its own"


def test_a_cancelled_run_starts_nothing_again(bench: Bench) -> None:
    from cellift.engine.launch import cancel

    steps = (
        A,
        step("b", f"{WAIT}\nsay('b')\nwait('never')", TAKE),
        step("c", f"{WAIT}\nsay('c')\nwait('never')", TAKE),
    )
    launch = start_prepared(scripted(*steps), home=bench.home, cwd=str(bench.work))
    bench.started.append(launch)
    bench.file("b", content=False)
    bench.file("c", content=False)
    cancel(bench.home, launch.run_id, wait=30)
    done = bench.wait(launch)
    assert (done["state"], {one["attempt"] for one in done["tasks"]}) == ("CANCELLED", {1})
