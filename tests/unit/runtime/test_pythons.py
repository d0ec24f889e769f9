"""The container's command works on every Python from 3.9 on, with nothing installed."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cellift.pipeline import compile_graph, dump_ir, load_ir
from unit.pipeline.kit import Launcher, graph, parameter, step


@functools.cache
def find(version: str) -> str | None:
    """An interpreter of this version: this one, the one that tests/pythons.sh names, on PATH, or of pyenv or uv."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    named = os.environ.get(f"CELLIFT_PYTHON{version.replace('.', '')}")
    if named:
        return named
    candidates = [shutil.which(f"python{version}")]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in (pyenv / "versions", Path.home() / ".local" / "share" / "uv" / "python"):
        candidates += [str(path) for path in sorted(folder.glob(f"*{version}.*/bin/python{version}"))]
    for candidate in filter(None, candidates):
        done = subprocess.run([candidate, "-c", "print('ok')"], capture_output=True, text=True, check=False)
        if done.stdout == "ok\n":
            return candidate
    return None


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_values_pass_through_two_steps(tmp_path: Path, version: str):
    python = find(version)
    if python is None:
        pytest.skip(f"python{version} not installed")
    setup = "class Model:\n    def __init__(self, rate):\n        self.rate = rate\n"
    use = "assert more['model'] is model\nprint('ä')\nmodel.rate / zero"
    pipeline = graph(
        step(
            "train",
            "model = Model(rate)\nmore = {'model': model}",
            setup=setup,
            params=("rate",),
            outputs=("model", "more"),
        ),
        step(
            "use it", use, number=7, line=2, setup=setup, inputs={"model": "train", "more": "train"}, params=("zero",)
        ),
        parameters=(parameter("rate", "float", 2.0), parameter("zero", "int", 0)),
    )
    ir = load_ir(dump_ir(compile_graph(pipeline)))
    launcher = Launcher(tmp_path, python=python, local=False)
    outcomes = launcher.run(ir, {"zero": 4}, environment={"PYTHONPATH": ""})
    assert outcomes["use-it"].stdout == "ä\n0.5\n", outcomes
    failed = launcher.run_task(ir, "use-it", {}, {"PYTHONPATH": ""}, None)
    assert failed.code == 1
    assert "cell 7, line 4, in step use it" in failed.stderr
    assert "ZeroDivisionError" in failed.stderr
