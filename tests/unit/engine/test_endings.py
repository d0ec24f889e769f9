"""Every way in which a step, a supervisor or a caller can end. Each victim proves that it ran before it is hit."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift.engine import launch as launching
from cellift.engine.launch import cancel
from unit.engine.kit import SECONDS, Bench, census, is_alive, step, task, wait_for

SLEEP = "import time\nwhile True:\n    time.sleep(60)"

SAY = "import os, pathlib\npathlib.Path('{name}').write_text(f'{{os.getpid()}}\\n')\n"

# A grandchild that leaves the step's session and process group by forking twice, and does not listen to SIGTERM.
DAEMON = """
import os, pathlib, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path("{name}").write_text(f"{{os.getpid()}}\\n")
        while True:
            time.sleep(60)
    os._exit(0)
os.wait()
# A step that ended now would take the grandchild with it before it has said who it is.
while not (pathlib.Path("{name}").exists() and pathlib.Path("{name}").read_text()):
    time.sleep(0.005)
"""

# The same as a program of its own, without any variable that marks it.
BARE_DAEMON = """
import subprocess, sys
program = '''
import os, pathlib, sys, time
if os.fork() == 0:
    os.setsid()
    pathlib.Path(sys.argv[1]).write_text(f"{{os.getpid()}}\\\\n")
    time.sleep(600)
'''
subprocess.run([sys.executable, "-c", program, "{name}"], env={{}}, check=True)
"""

GATE = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.005)"


def gone(*pids: int) -> None:
    for pid in pids:
        wait_for(lambda pid=pid: not is_alive(pid), f"process {pid} to be gone")


def both(bench: Bench, source: str) -> tuple[Any, ...]:
    """The step under test beside another, so that it is forked."""
    return (
        step("victim", source, outputs=("v",)),
        step("other", "x = 1", outputs=("x",)),
        step("after", "v", {"v": "victim"}),
    )


@pytest.mark.parametrize("alone", [True, False], ids=["spawned", "forked"])
def test_step_that_exits_behind_pythons_back(bench: Bench, alone: bool) -> None:
    steps = both(bench, "print('here', flush=True)\nimport os\nos._exit(3)")
    run = bench.run(*(steps[:1] if alone else steps))
    victim = task(run, "victim")
    assert victim["launch"] == ("spawned" if alone else "forked")
    assert bench.log(run, "victim") == "here\n"
    assert (run["state"], victim["state"], victim["exit_code"]) == ("FAILED", "FAILED", 3)
    assert run["error"] is not None
    assert (run["error"]["reason"], run["error"]["task"]) == ("Exited", "victim")
    assert "exit code 3" in run["error"]["message"]
    assert run["error"]["traceback"] == "here", "the end of the log, for want of better"
    if not alone:
        assert (task(run, "other")["state"], task(run, "after")["state"]) == ("SUCCEEDED", "SKIPPED")


@pytest.mark.parametrize("alone", [True, False], ids=["spawned", "forked"])
def test_step_that_is_killed(bench: Bench, alone: bool) -> None:
    steps = both(bench, SAY.format(name="victim") + SLEEP)
    launch = bench.start(*(steps[:1] if alone else steps))
    pid = int(bench.file("victim"))
    assert is_alive(pid)
    os.kill(pid, signal.SIGKILL)
    run = bench.wait(launch)
    assert (run["state"], task(run, "victim")["exit_code"]) == ("FAILED", 137)
    assert run["error"] is not None
    assert run["error"]["reason"] == "Killed"
    assert "SIGKILL" in run["error"]["message"]
    if not alone:
        assert (task(run, "other")["state"], task(run, "after")["state"]) == ("SUCCEEDED", "SKIPPED")


@pytest.mark.parametrize("alone", [True, False], ids=["spawned", "forked"])
def test_killed_supervisor_leaves_no_process_and_a_right_record(bench: Bench, alone: bool) -> None:
    source = DAEMON.format(name="daemon") + BARE_DAEMON.format(name="bare") + SAY.format(name="victim") + SLEEP
    steps = both(bench, source)
    launch = bench.start(*(steps[:1] if alone else steps))
    pids = [int(bench.file(name)) for name in ("victim", "daemon", "bare")]
    supervisor = bench.owner(launch)
    assert all(map(is_alive, [*pids, supervisor]))
    os.kill(supervisor, signal.SIGKILL)
    for _ in bench.store.follow(launch.run_id, timeout=2.5):
        pass
    gone(*pids)
    assert census(launch.run_id) == []
    run = bench.store.load(launch.run_id)
    assert run["state"] == "FAILED"
    assert run["error"] is not None
    assert (run["error"]["reason"], run["error"]["resumable"]) == ("Interrupted", True)
    assert task(run, "victim")["state"] == "FAILED"
    events = bench.store.events(launch.run_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_killed_guardian_does_not_end_the_run(bench: Bench) -> None:
    launch = bench.start(step("a", SAY.format(name="a") + GATE))
    bench.file("a")
    supervisor = bench.owner(launch)
    guardian = int(Path(f"/proc/{supervisor}/stat").read_text().rpartition(")")[2].split()[1])
    assert b"cellift.engine" in Path(f"/proc/{guardian}/cmdline").read_bytes()
    os.kill(guardian, signal.SIGKILL)
    gone(guardian)
    (bench.work / "go").touch()
    assert bench.wait(launch)["state"] == "SUCCEEDED"


@pytest.mark.parametrize("alone", [True, False], ids=["spawned", "forked"])
def test_cancel_leaves_nothing(bench: Bench, alone: bool) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    source = (
        stubborn + DAEMON.format(name="daemon") + BARE_DAEMON.format(name="bare") + SAY.format(name="victim") + SLEEP
    )
    steps = both(bench, source)
    launch = bench.start(*(steps[:1] if alone else steps))
    pids = [int(bench.file(name)) for name in ("victim", "daemon", "bare")]
    assert all(map(is_alive, pids))
    cancel(bench.home, launch.run_id)
    cancel(bench.home, launch.run_id)
    cancel(bench.home, launch.run_id, wait=SECONDS)
    assert census(launch.run_id) == []
    assert not any(map(is_alive, pids))
    run = bench.store.load(launch.run_id)
    assert (run["state"], run["error"]) == ("CANCELLED", None)
    assert task(run, "victim")["state"] == "CANCELLED"
    if not alone:
        assert task(run, "after")["state"] == "CANCELLED"
    said = [event["state"] for event in bench.store.events(launch.run_id) if event["type"] == "run.state"]
    assert said[-2:] == ["CANCELLING", "CANCELLED"]


def test_cancelled_step_may_clean_up_first(bench: Bench) -> None:
    tidy = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (print('tidied', flush=True), sys.exit(1)))\n"
    launch = bench.start(step("a", tidy + SAY.format(name="a") + SLEEP))
    bench.file("a")
    cancel(bench.home, launch.run_id, wait=SECONDS)
    assert bench.log(bench.store.load(launch.run_id), "a").startswith("tidied\n")


def test_cancel_works_without_the_control_socket(bench: Bench) -> None:
    launch = bench.start(step("a", SAY.format(name="a") + SLEEP))
    bench.file("a")
    (launch.run_dir / "control.sock").unlink()
    cancel(bench.home, launch.run_id, wait=SECONDS)
    assert bench.store.load(launch.run_id)["state"] == "CANCELLED"


def test_cancel_while_the_interpreter_is_being_warmed(bench: Bench, environment: dict[str, str]) -> None:
    modules = bench.work.parent / "modules"
    modules.mkdir()
    (modules / "slow_import.py").write_text(SAY.format(name="warming") + SLEEP)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(modules), environment.get("PYTHONPATH")]))
    launch = bench.start(*(step(name, "1", setup="import slow_import") for name in ("a", "b")), env=environment)
    bench.file("warming")
    cancel(bench.home, launch.run_id, wait=SECONDS)
    assert bench.store.load(launch.run_id)["state"] == "CANCELLED"


def test_run_goes_on_when_its_caller_is_killed(bench: Bench) -> None:
    caller = """
import sys
from pathlib import Path
from unit.engine.kit import prepare, step
from cellift.engine.launch import start_prepared
home, work, gate = sys.argv[1:]
launch = start_prepared(prepare(step("a", gate)), home=Path(home), cwd=work)
print(launch.run_id, flush=True)
sys.stdin.read()
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])}
    with subprocess.Popen(
        [sys.executable, "-c", caller, str(bench.home), str(bench.work), SAY.format(name="a") + GATE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        pid = int(bench.file("a"))
        process.kill()
    assert is_alive(pid)
    (bench.work / "go").touch()
    for _ in bench.store.follow(run_id, timeout=SECONDS):
        pass
    assert bench.store.load(run_id)["state"] == "SUCCEEDED"


def test_hang_up_changes_nothing(bench: Bench) -> None:
    launch = bench.start(step("a", SAY.format(name="a") + GATE))
    bench.file("a")
    supervisor = bench.owner(launch)
    guardian = int(Path(f"/proc/{supervisor}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(supervisor, signal.SIGHUP)
    os.kill(guardian, signal.SIGHUP)
    (bench.work / "go").touch()
    assert bench.wait(launch)["state"] == "SUCCEEDED"


def test_terminated_supervisor_cancels_and_records(bench: Bench) -> None:
    launch = bench.start(step("a", SAY.format(name="a") + SLEEP))
    pid = int(bench.file("a"))
    os.kill(bench.owner(launch), signal.SIGTERM)
    assert bench.wait(launch)["state"] == "CANCELLED"
    gone(pid)


def test_what_a_finished_step_left_ends_with_it(bench: Bench) -> None:
    """The daemon of one step goes while a daemon of a step that still runs stays."""
    one = DAEMON.format(name="daemon-one")
    two = DAEMON.format(name="daemon-two") + GATE
    launch = bench.start(step("one", one), step("two", two))
    first, second = int(bench.file("daemon-one")), int(bench.file("daemon-two"))
    wait_for(lambda: task(bench.store.load(launch.run_id), "one")["state"] == "SUCCEEDED", "step one")
    gone(first)
    assert is_alive(second)
    (bench.work / "go").touch()
    assert bench.wait(launch)["state"] == "SUCCEEDED"
    gone(second)


def test_background_process_in_the_steps_group_ends_with_it(bench: Bench) -> None:
    """Without any mark, and while the run goes on."""
    source = "import subprocess\nchild = subprocess.Popen(['/bin/sleep', '600'], env={})\nprint(child.pid)"
    launch = bench.start(step("a", source), step("b", GATE))
    wait_for(lambda: task(bench.store.load(launch.run_id), "a")["state"] == "SUCCEEDED", "step a")
    gone(int(bench.log(bench.store.load(launch.run_id), "a")))
    (bench.work / "go").touch()
    assert bench.wait(launch)["state"] == "SUCCEEDED"


LIMIT = 20_000


def test_full_disk_ends_the_run_with_a_clear_record(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of file size stands for the disk: no file of the supervisor or its steps grows beyond it."""
    start = launching.start_supervisor

    def start_limited(*args: Any, **kwargs: Any) -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
        try:
            start(*args, **kwargs)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    monkeypatch.setattr(launching, "start_supervisor", start_limited)
    names = tuple(f"name_{number}" for number in range(30))
    source = "\n".join(f"{name} = 'text' * 10" for name in names)
    launch = bench.start(
        *(step(f"s{number}", source, outputs=names) for number in range(12)), step("x", "y", {"name_1": "s1"})
    )
    run = bench.wait(launch)
    assert run["state"] == "FAILED"
    assert run["error"] is not None
    assert run["error"]["reason"] == "DiskFull"
    assert "full" in run["error"]["message"]
    assert {one["state"] for one in run["tasks"]} <= {"SUCCEEDED", "FAILED", "SKIPPED"}
    events = bench.store.events(launch.run_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


REAL = """
import json, sys
from pathlib import Path
from unit.engine.kit import Bench, step
disk = Path(sys.argv[1])
bench = Bench(disk)
fill = "print('x' * 100, flush=True)\\nopen('big', 'wb').write(b'x' * 10_000_000)"
run = bench.run(step("a", fill, outputs=("v",)), step("b", "v", {"v": "a"}))
print(json.dumps(run))
"""


def test_disk_that_is_really_full(tmp_path: Path) -> None:
    """A small file system of its own, in a namespace that ends with the test."""
    disk = tmp_path / "disk"
    disk.mkdir()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])}
    mount = f'mount -t tmpfs -o size=600k tmpfs {disk} && exec {sys.executable} -c "$PROGRAM" {disk}'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount],
        env={**env, "PROGRAM": REAL},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip("no user namespaces")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert run["state"] == "FAILED"
    assert {one["state"] for one in run["tasks"]} == {"FAILED", "SKIPPED"}
    error = run["error"]
    assert (error["reason"], error["code"], error["line"]) == ("DiskFull", "CL513", 2) and error["cell"]
    assert "the disk is full" in error["message"]
