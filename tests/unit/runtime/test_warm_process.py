"""A warm interpreter makes the runner once and forks a process for each step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cellift.pipeline import compile_graph
from cellift.pipeline.bootstrap import bootstrap
from unit.pipeline.kit import graph, step

WARM = """
import json, os, sys
text, given = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))
code = compile(text, "<cellift>", "exec")
exec(code, {"__name__": "cellift_warm"})
"""


def warm(tmp_path: Path, rest: str, inputs: list[dict]) -> subprocess.CompletedProcess[str]:
    (tmp_path / "bootstrap").write_text(bootstrap())
    (tmp_path / "inputs").write_text(json.dumps(inputs))
    command = [sys.executable, "-c", WARM + rest, str(tmp_path / "bootstrap"), str(tmp_path / "inputs")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_making_the_modules_runs_nothing(tmp_path: Path):
    done = warm(tmp_path, "print('_cellift.pipeline.runtime.api' in sys.modules, __name__)", [])
    assert done.stdout == "True __main__\n", done.stderr


def test_second_run_of_the_text_makes_nothing_again(tmp_path: Path):
    rest = "import _cellift.values as v\nbefore = v.write\nexec(code, {'__name__': 'again'})\nprint(v.write is before)"
    assert warm(tmp_path, rest, []).stdout == "True\n"


FORK = """
from _cellift.pipeline.runtime import api
for one in given:
    pid = os.fork()
    if pid == 0:
        api.finish(api.run_step(one, os.path.dirname(one["outputs"]["outputFile"])))
    print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def test_forked_steps_run_one_after_the_other(tmp_path: Path, launcher):
    ir = compile_graph(
        graph(step("make", "x = 20", outputs=("x",)), step("use", "x + 1", inputs={"x": "make"}), step("bad", "1/0"))
    )
    inputs = [launcher.executor_input(ir, name, {}) for name in ("make", "use", "bad")]
    done = warm(tmp_path, FORK, inputs)
    assert done.stdout == "exit 0\n21\nexit 0\nexit 1\n", done.stderr
    assert "cell 1, line 1, in step bad" in done.stderr


def test_forked_steps_draw_different_random_numbers(tmp_path: Path, launcher):
    source = "print(random.random(), np.random.rand(), np.random.default_rng().random())"
    ir = compile_graph(graph(step("one", source, setup="import random\nimport numpy as np")))
    given = launcher.executor_input(ir, "one", {})
    rest = "import random, numpy.random\nrandom.random(), numpy.random.rand()\n"
    done = warm(tmp_path, rest + FORK, [given, given])
    first, _, second, _ = done.stdout.splitlines()
    assert all(one != other for one, other in zip(first.split(), second.split(), strict=True)), done.stderr


def test_torch_keeps_the_fixed_seed_that_every_process_starts_from(tmp_path: Path, launcher):
    ir = compile_graph(graph(step("one", "print(torch.state)", setup="import torch")))
    rest = (
        "import types\ntorch = sys.modules['torch'] = types.ModuleType('torch')\ntorch.state = 'as at the start'\n"
        "def seed():\n    torch.state = 'from entropy'\ntorch.seed = seed\n"
    )
    done = warm(tmp_path, rest + FORK, [launcher.executor_input(ir, "one", {})])
    assert done.stdout == "as at the start\nexit 0\n", done.stderr


def test_text_run_as_main_in_a_fork_reads_the_arguments(tmp_path: Path, launcher):
    ir = compile_graph(graph(step("work", "6 * 7")))
    rest = (
        "sys.argv = ['-c', '--executor_input', json.dumps(given[0])]\n"
        "if os.fork() == 0:\n    exec(code, {'__name__': '__main__'})\n"
        "os.wait()"
    )
    assert warm(tmp_path, rest, [launcher.executor_input(ir, "work", {})]).stdout == "42\n"


def test_plots_and_display_work_when_their_libraries_are_warm(tmp_path: Path, launcher):
    source = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import display\n"
        "class A:\n    def __repr__(self): return 'A'\n    def _repr_html_(self): return '<b>'\n"
        "display(A())\nplt.plot([1])\nplt.show()\nplt.get_backend().lower()"
    )
    ir = compile_graph(graph(step("work", source)))
    rest = (
        "os.environ['MPLBACKEND'] = 'module://matplotlib_inline.backend_inline'\n"
        "import matplotlib.pyplot, IPython.display\n"
    )
    done = warm(tmp_path, rest + FORK, [launcher.executor_input(ir, "work", {})])
    assert done.stdout == "A\n'agg'\nexit 0\n", done.stderr
    result = json.loads((launcher.folder / "work" / "result.json").read_text())
    assert [item["mime"] for item in result["display"]] == ["text/html", "image/png"]
