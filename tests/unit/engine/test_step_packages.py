"""Packages that a step asks for and the kernel lacks: an environment over the kernel's, made once, offline here."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from cellift.engine.environments import environment_folder, is_ready
from cellift.engine.launch import cancel
from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.graph import Step
from cellift.runs import states
from unit.engine.kit import SECONDS, Bench, step, wait_for

UV = Path(__file__).parents[3] / ".make" / "uv" / "bin"
SHOW = "import tiny_fake, yaml\nprint(tiny_fake.K, yaml.__file__, tiny_fake.__file__)"


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment with uv, and one package to be had: tiny-fake 1.0, which needs a package of the kernel."""
    if shutil.which("uv") is None and not (UV / "uv").exists():
        pytest.fail(f"There is no uv on PATH or at {UV}; `make env` makes it.")
    made = tmp_path / "wheels" / "tiny_fake-1.0-py3-none-any.whl"
    made.parent.mkdir()
    info = "tiny_fake-1.0.dist-info"
    with zipfile.ZipFile(made, "w") as wheel:
        wheel.writestr("tiny_fake.py", "K = 7\n")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-fake\nVersion: 1.0\nRequires-Dist: pyyaml\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"tiny_fake.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{UV}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(made.parent))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return dict(os.environ)


def wanting(one: Step, *installs: str) -> Step:
    return replace(one, installs=installs)


def test_the_step_has_the_package_and_those_of_the_kernel_others_do_not(bench: Bench, offline: dict[str, str]) -> None:
    alone = step("b", "import importlib.util\nprint(importlib.util.find_spec('tiny_fake'))")
    run = bench.run(wanting(step("a", SHOW), "tiny-fake==1.0"), alone, env=offline)
    assert run["state"] == states.SUCCEEDED, run["error"]
    value, kernels, own = bench.log(run, "a").split()
    assert value == "7"
    assert kernels.startswith(str(Path(sys.prefix)))
    assert own.startswith(str(bench.home / "environments"))
    assert bench.log(run, "b").strip() == "None"


def test_a_second_run_installs_nothing_and_needs_no_uv(bench: Bench, offline: dict[str, str], monkeypatch) -> None:
    wanted = wanting(step("a", SHOW), "tiny-fake")
    assert bench.run(wanted, env=offline)["state"] == states.SUCCEEDED
    monkeypatch.setattr("cellift.engine.environments.find_uv", lambda env: None)
    again = bench.run(wanted, env=offline)
    assert again["state"] == states.SUCCEEDED, again["error"]
    assert not (bench.store.folder(again["id"]) / "logs" / "packages.log").exists()


def test_without_uv_it_is_refused_before_the_run(bench: Bench, offline: dict[str, str], monkeypatch) -> None:
    monkeypatch.setattr("cellift.engine.environments.find_uv", lambda env: None)
    with pytest.raises(RefusedError) as caught:
        bench.start(wanting(step("a", SHOW), "tiny-fake"), env=offline)
    assert caught.value.diagnostics[0].code == "CL606"
    assert "pip install uv" in (caught.value.diagnostics[0].fix or "")


def test_what_cannot_be_had_fails_the_step_with_the_words_of_uv(bench: Bench, offline: dict[str, str]) -> None:
    run = bench.run(wanting(step("a", SHOW), "tiny-fake==2.0"), step("b", "print(1)"), env=offline)
    assert run["state"] == states.FAILED
    assert (run["error"]["code"], run["error"]["task"]) == ("CL606", "a")
    assert "tiny-fake==2.0" in run["error"]["traceback"]
    assert [task["state"] for task in run["tasks"]] == [states.FAILED, states.SUCCEEDED]
    assert not is_ready(environment_folder(bench.home, sys.executable, ["tiny-fake==2.0"]))


def test_cancel_ends_what_is_being_installed(bench: Bench, offline: dict[str, str], tmp_path: Path) -> None:
    slow = tmp_path / "slow" / "uv"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 1000\n")
    slow.chmod(0o755)
    environment = {**offline, "PATH": f"{slow.parent}{os.pathsep}{offline['PATH']}"}
    launch = bench.start(wanting(step("a", SHOW), "tiny-fake"), env=environment)
    waits = lambda: bench.store.load(launch.run_id)["tasks"][0]["reason"] == "Installing tiny-fake."  # noqa: E731
    wait_for(waits, "the step waits for its package")
    cancel(bench.home, launch.run_id, wait=SECONDS)
    assert bench.store.load(launch.run_id)["state"] == states.CANCELLED
