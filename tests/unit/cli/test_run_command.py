"""Real runs of small notebooks by the command, as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pexpect
import pytest

import cellift.runs
from cellift.api.handle import Run
from cellift.cli.__main__ import main
from cellift.engine.prepare import prepare_notebook
from cellift.runs.store import RunStore
from unit.cli.notebooks import code, save, two_steps

COMMAND = [sys.executable, "-m", "cellift"]
SCHEMA = json.loads((Path(cellift.runs.__file__).parent / "run.schema.json").read_text())
# The step says which process it is, and goes on when the test lets it.
WAITING = """import os, pathlib, time
pathlib.Path("pid.part").write_text(str(os.getpid()))
pathlib.Path("pid.part").rename("pid")
while not pathlib.Path("go").exists():
    time.sleep(0.02)
done = 1
"""


def cellift_(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False, **options)


def start(*words: str) -> subprocess.Popen[str]:
    """Start the command as a group of its own, as a shell does with a foreground job."""
    return subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except FileNotFoundError:
        return False


def only_run(home: Path) -> Run:
    store = RunStore(home)
    (summary,) = store.list()["runs"]
    return Run(summary["id"], store)


@pytest.fixture
def waiting(home: Path, tmp_path: Path) -> Path:
    return save(tmp_path / "wait.ipynb", code(WAITING, step="wait"), code("after = done", step="after"))


def step_pid(tmp_path: Path) -> int:
    """The process of the waiting step, once it runs: the proof that there is something to end."""
    until((tmp_path / "pid").exists, "the step runs")
    pid = int((tmp_path / "pid").read_text())
    assert alive(pid)
    return pid


def test_piped_run_prints_lines_and_the_result(home: Path, tmp_path: Path) -> None:
    done = cellift_("run", str(two_steps(tmp_path / "nb.ipynb")), "-p", "n=5")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    for text in ("make    running", "make    succeeded", "add it  running", "add it  succeeded"):
        assert any(re.match(rf"\d\d:\d\d:\d\d {text}", line) for line in lines), lines
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.startswith("✓ Succeeded  nb  ")
    assert "\n  add it printed\n    total is 10\n    10\n" in done.stdout
    run = only_run(home)
    assert str(run.folder) in done.stdout
    assert f"cellift runs logs {run.id[:13]}" in done.stdout
    assert run.params["n"] == 5
    assert run["make"]["xs"] == [0, 1, 2, 3, 4]
    assert "total is 10\n" in run["add it"].logs()


def test_json_is_the_run_and_nothing_else(home: Path, tmp_path: Path) -> None:
    done = cellift_("run", str(two_steps(tmp_path / "nb.ipynb")), "--json", "--name", "mine", "--step", "make")
    run = json.loads(done.stdout)
    jsonschema.validate(run, SCHEMA)
    assert (done.returncode, run["state"], run["name"]) == (0, "SUCCEEDED", "mine")
    assert [task["name"] for task in run["tasks"]] == ["make"]
    shown = json.loads(cellift_("runs", "show", run["id"][:13], "--json").stdout)
    assert shown == run


def test_a_compiled_pipeline_runs_the_same(home: Path, tmp_path: Path) -> None:
    pipeline = tmp_path / "nb.yaml"
    assert cellift_("compile", str(two_steps(tmp_path / "nb.ipynb")), "-o", str(pipeline)).returncode == 0
    done = cellift_("run", str(pipeline), "-p", "n=4", "--json")
    assert json.loads(done.stdout)["params"]["n"] == 4
    assert only_run(home)["make"]["xs"] == [0, 1, 2, 3]
    assert cellift_("run", str(pipeline), "--step", "make").returncode == 2


def test_a_step_that_raises_is_told_with_cell_line_and_traceback(home: Path, tmp_path: Path) -> None:
    path = save(
        tmp_path / "nb.ipynb",
        code("x = 1", step="make"),
        code("y = x\nraise ValueError('no good')", step="break"),
        code("z = y", step="after"),
    )
    done = cellift_("run", str(path))
    assert done.returncode == 1
    assert done.stderr.count("ValueError: no good") == 3  # the step's line, the error, the traceback
    assert "error: break, cell 2, line 2: ValueError: no good" in done.stderr
    assert "raise ValueError('no good')" in done.stderr
    assert "cellift/" not in done.stderr.split("Traceback", 1)[1]
    assert re.search(r"cellift runs logs \S+ break\n", done.stderr)
    run = only_run(home)
    assert run.state == "FAILED"
    assert run.error is not None
    assert (run.error["type"], run.error["cell"], run.error["line"]) == ("ValueError", "c2", 2)
    assert [task.state for task in run.tasks] == ["SUCCEEDED", "FAILED", "SKIPPED"]
    assert "break" in (run["after"].record["reason"] or "")


@pytest.mark.parametrize(
    ("death", "told"),
    [("os._exit(3)", "exit code 3"), ("os.kill(os.getpid(), 9)", "SIGKILL")],
    ids=["exit", "kill"],
)
def test_a_step_that_is_killed_is_told_in_words(home: Path, tmp_path: Path, death: str, told: str) -> None:
    path = save(tmp_path / "nb.ipynb", code("import os"), code(f"print('last words', flush=True)\n{death}", step="die"))
    done = cellift_("run", str(path))
    assert done.returncode == 1
    assert told in done.stderr
    run = only_run(home)
    assert (run.state, run["die"].state) == ("FAILED", "FAILED")
    assert run["die"].logs() == "last words\n"


@pytest.mark.parametrize(
    ("cells", "code_", "place"),
    [
        ([code("x = 1")], "CL101", ""),
        ([code("x = 1", step="a"), code("y = 2", step="b"), code("z = 3", step="a")], "CL102", "cell 3, line 1: "),
        ([code("x = 1\ny = = 2", step="a")], "CL103", "cell 1, line 2: "),
        ([code("x = 1", step="a"), code("y = zz + 1", step="b")], "CL104", "cell 2, line 1: "),
    ],
    ids=["no steps", "one name twice", "syntax error", "undefined name"],
)
def test_what_is_refused_is_told_and_nothing_is_recorded(
    home: Path, tmp_path: Path, cells: list[dict[str, Any]], code_: str, place: str
) -> None:
    path = str(save(tmp_path / "nb.ipynb", *cells))
    done = cellift_("run", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{place}error {code_}" in done.stderr
    done = cellift_("run", path, "--json")
    assert done.returncode == 1
    assert code_ in [one["code"] for one in json.loads(done.stdout)]
    assert RunStore(home).list()["runs"] == []


@pytest.mark.parametrize("wrong", ["m=3", "n=many"])
def test_a_wrong_parameter_is_refused(home: Path, tmp_path: Path, wrong: str) -> None:
    done = cellift_("run", str(two_steps(tmp_path / "nb.ipynb")), "-p", wrong)
    assert done.returncode == 1
    assert "error CL40" in done.stderr
    assert RunStore(home).list()["runs"] == []


def test_an_interpreter_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    done = cellift_("run", str(two_steps(tmp_path / "nb.ipynb")), "--python", "/no/such/python")
    assert (done.returncode, done.stdout) == (1, "")
    assert "/no/such/python" in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_termination_cancel(home: Path, tmp_path: Path, waiting: Path, number: int, exit_code: int) -> None:
    process = start("run", str(waiting), "--json")
    pid = step_pid(tmp_path)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == exit_code, err
    assert "Cancelling" in err
    run = json.loads(out)
    jsonschema.validate(run, SCHEMA)
    assert (run["state"], only_run(home).state) == ("CANCELLED", "CANCELLED")
    until(lambda: not alive(pid), "the step's process is gone", 5)


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_before_the_start_records_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, exit_code: int
) -> None:
    def slow(*words: Any, **options: Any) -> Any:
        signal.raise_signal(number)
        return prepare_notebook(*words, **options)

    monkeypatch.setattr("cellift.engine.launch.prepare_notebook", slow)
    assert main(["run", str(two_steps(tmp_path / "nb.ipynb"))]) == exit_code
    assert RunStore(home).list()["runs"] == []


def test_a_second_ctrl_c_does_no_harm_to_the_record(home: Path, tmp_path: Path, waiting: Path) -> None:
    process = start("run", str(waiting), "--json")
    step_pid(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    assert process.stderr is not None
    # The second press comes when the first has been answered.
    assert any("Cancelling" in line for line in iter(process.stderr.readline, ""))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["state"] == "CANCELLED"


def test_ctrl_c_in_a_terminal_cancels_and_restores_the_cursor(home: Path, tmp_path: Path, waiting: Path) -> None:
    terminal = pexpect.spawn(sys.executable, ["-m", "cellift", "run", str(waiting)], dimensions=(24, 100), timeout=30)
    pid = step_pid(tmp_path)
    terminal.expect("Running.* wait ")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    shown = terminal.before
    assert shown.rindex(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l")
    assert "⊘ Cancelled".encode() in shown
    assert only_run(home).state == "CANCELLED"
    until(lambda: not alive(pid), "the step's process is gone", 5)


def test_a_hang_up_lets_the_run_go_on(home: Path, tmp_path: Path, waiting: Path) -> None:
    process = start("run", str(waiting))
    pid = step_pid(tmp_path)
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGHUP
    assert alive(pid)
    (tmp_path / "go").touch()
    assert only_run(home).wait(timeout=30).state == "SUCCEEDED"


def test_a_detached_run_outlives_its_caller(home: Path, tmp_path: Path, waiting: Path) -> None:
    done = cellift_("run", str(waiting), "--detach")
    assert done.returncode == 0
    pid = step_pid(tmp_path)
    run = only_run(home)
    assert (done.stdout, run.state) == (f"{run.id}\n", "RUNNING")
    assert alive(pid)
    (tmp_path / "go").touch()
    assert run.wait(timeout=30).state == "SUCCEEDED"


def test_a_run_is_cancelled_by_its_id_from_another_process(home: Path, tmp_path: Path, waiting: Path) -> None:
    cellift_("run", str(waiting), "--detach", "--json")
    pid = step_pid(tmp_path)
    run = only_run(home)
    done = cellift_("runs", "rm", run.id)
    assert (done.returncode, "Cancel it first" in done.stderr) == (1, True)
    done = cellift_("runs", "cancel", run.id[:13], "--json")
    assert [one["state"] for one in json.loads(done.stdout)] == ["CANCELLED"]
    assert not alive(pid)
    assert cellift_("runs", "cancel", run.id).returncode == 0


def test_a_terminal_shows_the_steps_live_and_the_result(
    home: Path, tmp_path: Path, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = pexpect.spawn(sys.executable, ["-m", "cellift", "run", str(waiting)], dimensions=(24, 60), timeout=30)
    terminal.expect("Running.* wait ")
    (tmp_path / "go").touch()
    terminal.expect("✓ Succeeded  wait ".encode())
    terminal.expect("recorded")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert b"\x1b[3" not in terminal.before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_caller_that_closed_a_stream_gets_its_run(home: Path, tmp_path: Path, closed: str) -> None:
    """As some services start their jobs: the next file that is opened would get the number of the stream."""
    path = two_steps(tmp_path / "nb.ipynb")
    command = f'exec "$0" -m cellift.cli.__main__ run "$1" {closed}'
    done = subprocess.run(["/bin/sh", "-c", command, sys.executable, str(path)], timeout=60, check=False)
    assert done.returncode == 0
    assert only_run(home).state == "SUCCEEDED"


def test_progress_that_cannot_be_written_does_not_end_the_command(home: Path, tmp_path: Path) -> None:
    path = two_steps(tmp_path / "nb.ipynb")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "run", str(path)], stdout=subprocess.PIPE, stderr=full, timeout=60, check=False
        )
    assert (done.returncode, only_run(home).state) == (0, "SUCCEEDED")
    assert b"Succeeded" in done.stdout
