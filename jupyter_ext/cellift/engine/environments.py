"""Environments for steps with packages of their own: made by ``uv`` over the kernel's, kept for later runs.

``python -m cellift.engine.environments PYTHON FOLDER REQUIREMENT…`` makes one; the supervisor runs it as a process of
the run, so that cancelling ends it. What the kernel has is seen through a path file, and counts as installed: only what
is missing, or has to be of another version, comes into the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cellift.project.distributions import Distribution, installed
from cellift.project.paths import search_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_READY = "cellift.json"
_OURS = "cellift"
"""The installer of what stands for the kernel's packages while uv looks for what is missing."""


def environment_folder(home: Path, python: str, requirements: Sequence[str]) -> Path:
    """Where the environment of these requirements is: one for each interpreter and what is installed for it."""
    known = [one.pin for one in installed(search_path(python).folders)]
    what = [os.path.abspath(python), sorted(known), sorted(requirements)]  # noqa: PTH100 - links name environments
    return home / "environments" / hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]


def is_ready(folder: Path) -> bool:
    """Whether the environment was made, to its end."""
    return (folder / _READY).is_file()


def python_of(folder: Path) -> str:
    """The interpreter of an environment."""
    return str(folder / "bin" / "python")


def find_uv(env: Mapping[str, str]) -> list[str] | None:
    """How to call uv: as a program, or as a module of our own interpreter."""
    import importlib.util

    program = shutil.which("uv", path=env.get("PATH"))
    if program is not None:
        return [program]
    return [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") is not None else None


def build_command(python: str, folder: Path, requirements: Sequence[str]) -> list[str]:
    """The program that makes an environment."""
    return [sys.executable, "-m", "cellift.engine.environments", python, str(folder), *requirements]


def make(python: str, folder: Path, requirements: Sequence[str]) -> int:
    """Make the environment, unless another run has made it meanwhile; the exit code of what failed, else 0."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(folder):
            return 0
        uv = find_uv(os.environ)
        if uv is None:
            print("uv is not there. Install it: pip install uv", file=sys.stderr)  # noqa: T201 - the log of the run
            return 1
        shutil.rmtree(folder, ignore_errors=True)
        env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        made = subprocess.run(
            [*uv, "venv", "--quiet", "--no-project", "--python", python, str(folder)], check=False, env=env
        )
        if made.returncode != 0:
            return made.returncode
        packages = next((folder / "lib").glob("python*/site-packages"))
        folders = search_path(python).folders
        _see_kernel(packages, folders)
        stubs = [_stub(packages, one) for one in installed(folders)]
        command = [*uv, "pip", "install", "--quiet", "--python", python_of(folder), *requirements]
        done = subprocess.run(command, check=False, env=env, stdin=subprocess.DEVNULL)
        for stub in filter(None, stubs):
            if _is_ours(stub):
                shutil.rmtree(stub)
        if done.returncode == 0:
            (folder / _READY).write_text(json.dumps({"python": python, "requirements": list(requirements)}))
        return done.returncode


def _see_kernel(packages: Path, folders: Sequence[str]) -> None:
    """The kernel's packages come behind those of the environment, with the path files that they have."""
    lines = f"import site; list(map(site.addsitedir, {list(folders)!r}))\n"  # a line of a path file has no scope
    (packages / "_cellift_kernel.pth").write_text(lines)


def _stub(packages: Path, one: Distribution) -> Path | None:
    """Metadata only, so that uv counts what the kernel has as installed."""
    place = packages / Path(one.info).name
    if place.suffix != ".dist-info" or place.exists():
        return None
    try:
        metadata = (Path(one.info) / "METADATA").read_bytes()
    except OSError:
        return None
    place.mkdir()
    (place / "METADATA").write_bytes(metadata)
    (place / "INSTALLER").write_text(_OURS)
    (place / "RECORD").write_text("".join(f"{place.name}/{name},,\n" for name in ("METADATA", "INSTALLER", "RECORD")))
    return place


def _is_ours(stub: Path) -> bool:
    try:
        return (stub / "INSTALLER").read_text() == _OURS
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(make(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
