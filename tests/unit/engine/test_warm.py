"""Steps forked from a warm interpreter, and when they are started as programs of their own instead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unit.engine.kit import Bench, step, task


@pytest.fixture
def library(bench: Bench, environment: dict[str, str]) -> Path:
    """A folder of modules that is on the path of the steps, as an installed package would be."""
    folder = bench.work.parent / "library"
    folder.mkdir()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), environment.get("PYTHONPATH")]))
    return folder


def launches(
    bench: Bench, setup: str, env: dict[str, str], source: str = "print(lib.value)"
) -> tuple[set[str], list[str]]:
    run = bench.run(step("a", source, setup=setup), step("b", source, setup=setup), env=env)
    assert run["state"] == "SUCCEEDED", run["error"]
    return {str(task(run, name)["launch"]) for name in "ab"}, [bench.log(run, name).strip() for name in "ab"]


def test_imports_of_the_setup_are_done_once(bench: Bench, library: Path, environment: dict[str, str]) -> None:
    (library / "lib.py").write_text("import os\nvalue = os.getpid()\n")
    how, said = launches(bench, "import lib", environment)
    assert how == {"forked"}
    assert said[0] == said[1]


def test_each_step_is_a_process_of_its_own(bench: Bench, environment: dict[str, str]) -> None:
    how, said = launches(bench, "import os", environment, "print(os.getpid(), os.getpgid(0) == os.getpid())")
    assert how == {"forked"}
    assert said[0] != said[1]
    assert all(text.endswith("True") for text in said)


def test_forked_and_spawned_steps_hash_alike_whatever_the_caller_has(bench: Bench, environment: dict[str, str]) -> None:
    environment["PYTHONHASHSEED"] = "random"
    source = "import os\nprint(hash('cellift'), os.environ['PYTHONHASHSEED'])"
    how, said = launches(bench, "import os", environment, source)
    alone = bench.run(step("a", source), env=environment)
    assert (how, task(alone, "a")["launch"]) == ({"forked"}, "spawned")
    command = [sys.executable, "-c", source]
    expected = subprocess.run(
        command, env={**environment, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert [*said, bench.log(alone, "a").strip()] == [expected] * 3


def test_single_step_is_not_worth_a_warm_interpreter(bench: Bench) -> None:
    run = bench.run(step("a", "1"))
    assert task(run, "a")["launch"] == "spawned"


def test_module_beside_the_notebook_is_imported_by_the_steps_only(bench: Bench, environment: dict[str, str]) -> None:
    (bench.work / "lib.py").write_text("import os, sys\nvalue = os.getpid()\nprint('imported', file=sys.stderr)\n")
    how, said = launches(bench, "import lib", environment)
    assert how == {"forked"}
    assert said[0] != said[1]
    assert all(text.startswith("imported\n") for text in said)


@pytest.mark.parametrize("names", ["ab", "a"], ids=["forked", "spawned"])
def test_modules_beside_the_notebook_do_not_replace_those_of_the_runner(bench: Bench, names: str) -> None:
    """As in a kernel, which is up before the notebook's folder is on the path."""
    # Not linecache and what it imports (types, re …): from 3.13 on `python -c` itself needs them.
    for module in ("json", "ctypes", "socket", "traceback", "pickle"):
        (bench.work / f"{module}.py").write_text("raise RuntimeError('not this one')\n")
    (bench.work / "own.py").write_text("value = 'own'\n")
    run = bench.run(*(step(name, "import sys, own\nprint(own.value, repr(sys.path[0]))") for name in names))
    assert run["state"] == "SUCCEEDED", run["error"]
    assert all(bench.log(run, name) == "own ''\n" for name in names)


def test_import_that_fails_is_reported_by_the_step(bench: Bench) -> None:
    run = bench.run(*(step(name, "1", setup="import no_such_module_here") for name in "ab"))
    assert run["error"] is not None
    assert (run["error"]["type"], run["error"]["cell"], run["error"]["line"]) == (
        "ModuleNotFoundError",
        "cell-setup",
        1,
    )


def test_import_that_starts_threads_makes_steps_programs_of_their_own(
    bench: Bench, library: Path, environment: dict[str, str]
) -> None:
    (library / "lib.py").write_text(
        "import threading, time\nvalue = threading.active_count()\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    assert launches(bench, "import lib", environment) == ({"spawned"}, ["1", "1"])


def test_threads_that_end_before_a_fork_do_no_harm(bench: Bench, environment: dict[str, str]) -> None:
    how, _ = launches(bench, "import numpy as np", environment, "print((np.ones((99, 99)) @ np.ones(99)).sum())")
    assert how == {"forked"}


def test_import_that_ends_the_process_makes_steps_programs_of_their_own(
    bench: Bench, library: Path, environment: dict[str, str]
) -> None:
    (library / "lib.py").write_text(
        "import os, signal\nvalue = 7\n"
        "if os.environ['CELLIFT_TASK'].startswith('___'):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert launches(bench, "import lib", environment) == ({"spawned"}, ["7", "7"])


def test_import_that_prints_makes_steps_programs_of_their_own(
    bench: Bench, library: Path, environment: dict[str, str]
) -> None:
    (library / "lib.py").write_text("value = 7\nprint('Welcome')\n")
    # What a copy of another cell's import prints was printed there.
    assert launches(bench, "import lib", environment) == ({"spawned"}, ["7", "7"])


def test_import_after_which_forks_hang_makes_steps_programs_of_their_own(
    bench: Bench, library: Path, environment: dict[str, str]
) -> None:
    (library / "lib.py").write_text(
        "import os, time\nvalue = 7\n"
        "if os.environ['CELLIFT_TASK'].startswith('___'):\n"
        "    os.register_at_fork(after_in_child=lambda: time.sleep(600))\n"
    )
    assert launches(bench, "import lib", environment) == ({"spawned"}, ["7", "7"])


def test_numbers_nobody_seeded_differ_between_forked_steps(bench: Bench, environment: dict[str, str]) -> None:
    how, said = launches(
        bench, "import random\nimport numpy as np", environment, "print(random.random(), np.random.random())"
    )
    assert how == {"forked"}
    first, second = (text.split() for text in said)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_exit_handlers_of_a_forked_step_run(bench: Bench) -> None:
    source = "import atexit\n_ = atexit.register(lambda: print('bye', flush=True))"
    run = bench.run(step("a", source), step("b", source))
    assert task(run, "a")["launch"] == "forked"
    assert bench.log(run, "a") == "bye\n"
