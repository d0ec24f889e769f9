"""The one wheel brings everything: core, server extension, kernel side and the built front end."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LABEXTENSION = "cellift-0.1.0.data/data/share/jupyter/labextensions/@cellift/labextension"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert (REPOSITORY / "jupyter_ext/cellift/labextension/package.json").exists(), "run `make front-end` first"
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel; its dependencies come from the test environment, Cellift does not."""
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    library = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    # A folder named in a .pth file is searched, but the .pth files in it (the editable Cellift) are not read.
    (Path(library) / "dependencies.pth").write_text(site.getsitepackages()[0] + "\n")
    return folder


def run_without_node(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{installed / 'bin'}", "JUPYTER_PREFER_ENV_PATH": "1"}
    environment.pop("PYTHONPATH", None)
    command = [str(installed / "bin/python"), *arguments]
    return subprocess.run(command, env=environment, cwd=installed, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "name",
    [
        "cellift/py.typed",
        "cellift/server/openapi.yaml",
        "cellift/runs/run.schema.json",
        "cellift/pipeline/runtime/__init__.py",
        "cellift_kernel/__init__.py",
        "cellift-0.1.0.data/data/etc/jupyter/jupyter_server_config.d/cellift.json",
        f"{LABEXTENSION}/package.json",
        f"{LABEXTENSION}/install.json",
        f"{LABEXTENSION}/schemas/@cellift/labextension/pipeline.json",
    ],
)
def test_the_wheel_holds(wheel: Path, name: str) -> None:
    assert name in zipfile.ZipFile(wheel).namelist()


def test_the_front_end_is_in_the_wheel_once(wheel: Path) -> None:
    bundles = [name for name in zipfile.ZipFile(wheel).namelist() if "remoteEntry" in name]
    assert len(bundles) == 1, bundles


def test_the_labextension_is_enabled_on_a_machine_without_node(installed: Path) -> None:
    listed = run_without_node(installed, "-c", "from jupyterlab.labextensions import main; main()", "list")
    text = re.sub(r"\x1b\[[0-9;]*m", "", listed.stdout + listed.stderr)
    lines = [line for line in text.splitlines() if "@cellift/labextension" in line]
    assert any("enabled" in line and "OK" in line for line in lines), listed.stdout + listed.stderr


def test_the_server_extension_is_enabled_by_installation(installed: Path) -> None:
    listed = run_without_node(installed, "-m", "jupyter_server.extension.serverextension", "list")
    text = re.sub(r"\x1b\[[0-9;]*m", "", listed.stdout + listed.stderr)
    assert "cellift enabled" in text, text


def test_the_command_comes_from_the_wheel(installed: Path) -> None:
    where = run_without_node(installed, "-c", "import cellift, cellift_kernel; print(cellift.__file__)")
    assert str(installed) in where.stdout, where.stderr
    version = run_without_node(installed, str(installed / "bin/cellift"), "--version")
    assert "0.1.0" in version.stdout, version.stderr
