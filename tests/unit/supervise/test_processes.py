from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cellift.runs.lock import write_owner
from cellift.supervise.cancel import request_cancel
from cellift.supervise.names import TAG_BYTES, task_tag
from cellift.supervise.processes import children_of, descendants_of, is_marked, is_process, marked, start_time
from cellift.supervise.signal_words import describe_signal
from cellift.supervise.spawn import StartError, spawn

SLEEP = "import time; print('up', flush=True); time.sleep(600)"


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(params=[True, False], ids=["proc", "psutil"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where facts about processes come from: ``/proc`` here, psutil on other systems."""
    monkeypatch.setattr("cellift.supervise.processes._LINUX", request.param)


@pytest.fixture
def sleeper() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str = SLEEP, **env: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **env}, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.usefixtures("source")
def test_pid_and_start_time_name_one_process(sleeper: Callable[..., subprocess.Popen[bytes]]) -> None:
    process = sleeper()
    start = start_time(process.pid)
    assert start is not None
    assert is_process(process.pid, start)
    assert not is_process(process.pid, start + "0")
    process.kill()
    process.wait()
    assert not is_process(process.pid, start)


@pytest.mark.usefixtures("source")
def test_marks_are_found_by_run_and_by_task(sleeper: Callable[..., subprocess.Popen[bytes]]) -> None:
    one = sleeper(CELLIFT_RUN_ID="run-1", CELLIFT_TASK=task_tag("a", 1))
    two = sleeper(CELLIFT_RUN_ID="run-1", CELLIFT_TASK=task_tag("b", 1))
    sleeper(CELLIFT_RUN_ID="run-11")
    assert marked("run-1") == {one.pid, two.pid}
    assert marked("run-1", task_tag("b", 1)) == {two.pid}
    assert is_marked(one.pid, "run-1")
    assert not is_marked(one.pid, "run-2")


@pytest.mark.usefixtures("source")
def test_family_is_found(sleeper: Callable[..., subprocess.Popen[bytes]]) -> None:
    nested = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "try:\n    time.sleep(600)\nfinally:\n    child.kill()"
    )
    process = subprocess.Popen([sys.executable, "-c", nested], stdout=subprocess.PIPE)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert process.pid in children_of(os.getpid())
    assert children_of(process.pid) == [child]
    assert descendants_of([process.pid]) == {child}
    process.send_signal(signal.SIGINT)
    process.wait()
    process.stdout.close()


def test_tags_have_one_length_and_tell_tasks_apart() -> None:
    long = "x" * 80
    tags = [
        task_tag("a", 1),
        task_tag("a", 2),
        task_tag("a", 12),
        task_tag(long + "y", 1),
        task_tag("y" + long + "y", 1),
    ]
    assert {len(tag) for tag in tags} == {TAG_BYTES}
    assert len(set(tags)) == len(tags)


def test_output_goes_straight_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import os, sys; print('out', os.getcwd()); sys.stderr.write('err\\n'); sys.exit(os.environ['X'] != '1')"
    pid = spawn([sys.executable, "-u", "-c", program], env={**os.environ, "X": "1"}, cwd=str(tmp_path), log=str(log))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert log.read_text() == f"out {tmp_path}\nerr\n"


def test_program_gets_a_session_of_its_own_and_no_foreign_descriptors(tmp_path: Path) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)
    program = f"import os; print(os.getsid(0) == os.getpid(), os.path.exists('/proc/self/fd/{secret}'))"
    pid = spawn([sys.executable, "-c", program], env=os.environ, cwd=str(tmp_path), log=str(tmp_path / "log"))
    os.waitpid(pid, 0)
    os.close(secret)
    assert (tmp_path / "log").read_text() == "True False\n"


@pytest.mark.parametrize("what", ["program", "folder", "log"])
def test_what_cannot_be_started_says_so(tmp_path: Path, what: str) -> None:
    argv = ["/no/such/program"] if what == "program" else [sys.executable, "-c", "1"]
    cwd = str(tmp_path / "none") if what == "folder" else str(tmp_path)
    log = str(tmp_path / "none" / "log") if what == "log" else str(tmp_path / "log")
    before = children_of(os.getpid())  # servers of other tests
    with pytest.raises(StartError, match="such"):
        spawn(argv, env=os.environ, cwd=cwd, log=log)
    assert children_of(os.getpid()) == before


PARENT = """
import os, sys, time
from cellift.supervise.spawn import spawn
program = "import time; print('up', flush=True); time.sleep(600)"
print(spawn([sys.executable, "-c", program], env=os.environ, cwd="/", log=sys.argv[1]), flush=True)
time.sleep(600)
"""


def test_program_dies_with_its_parent(tmp_path: Path) -> None:
    log = tmp_path / "log"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(log)], stdout=subprocess.PIPE, env=env)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_for(lambda: log.exists() and log.read_text() == "up\n")
    start = start_time(child)
    assert start is not None
    parent.kill()
    parent.wait()
    parent.stdout.close()
    # Killed means gone or, where nobody reaps it, a zombie.
    wait_for(lambda: not is_process(child, start) or "\nState:\tZ" in Path(f"/proc/{child}/status").read_text())


def test_cancel_never_signals_a_process_that_only_has_the_same_pid(
    tmp_path: Path, sleeper: Callable[..., subprocess.Popen[bytes]]
) -> None:
    other = sleeper()
    fd = os.open(tmp_path / "supervisor.lock", os.O_RDWR | os.O_CREAT)
    write_owner(fd, {"pid": other.pid, "start": "1"})
    assert not request_cancel(tmp_path)
    assert other.poll() is None
    write_owner(fd, {"pid": other.pid, "start": start_time(other.pid)})
    os.close(fd)
    assert request_cancel(tmp_path)
    assert other.wait(30) == -signal.SIGTERM


def test_signals_are_put_into_words() -> None:
    assert describe_signal(15) == "signal 15 (SIGTERM)"
    assert describe_signal(9).startswith("signal 9 (SIGKILL: ")
    assert describe_signal(64 + 10) == "signal 74"
