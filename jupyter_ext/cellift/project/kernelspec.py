"""The interpreter behind a kernel's name, from ``kernel.json`` files, without importing Jupyter.

Looks where ``jupyter_core`` looks and resolves what ``jupyter_client`` resolves, so that a run uses the interpreter
that the notebook's kernel uses. That environment need not have Cellift.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_OWN_NAMES = frozenset({"python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"})
_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?$", re.IGNORECASE)
#: What Jupyter offers without any kernel.json: the interpreter that it runs in.
_NATIVE = "python3"


@dataclass(frozen=True)
class Interpreter:
    """A Python executable, and the environment variables that its kernelspec adds."""

    python: str
    language: str
    display_name: str
    env: Mapping[str, str] = field(default_factory=dict)


class KernelError(Exception):
    """A kernel that cannot run steps: not there, not Python, or without an executable. ``fix`` says what to do."""

    def __init__(self, message: str, fix: str, *, code: str = "CL004") -> None:
        super().__init__(message)
        self.fix = fix
        self.code = code


def find_interpreter(kernel_name: str | None, env: Mapping[str, str]) -> Interpreter:
    """The interpreter of the kernelspec ``kernel_name``; this process's own when the notebook names none.

    ``env`` is the environment to look with (``JUPYTER_PATH``, ``PATH``, …). Raises ``KernelError``.
    """
    own = Interpreter(sys.executable, "python", "Python 3")
    if not kernel_name:
        return own
    folder = _find_folder(kernel_name, env)
    if folder is None:
        if kernel_name.lower() == _NATIVE:
            return own
        raise KernelError(
            f"The notebook's kernel `{kernel_name}` is not installed here; there is: {_list(env)}.",
            "Choose another kernel for the notebook, or give the interpreter: --python PATH.",
        )
    spec = _read(folder, kernel_name)
    language = str(spec.get("language") or "python")
    display_name = str(spec.get("display_name") or kernel_name)
    if language.lower() not in ("python", "ipython"):
        raise KernelError(
            f"The kernel `{display_name}` is for {language}; steps are Python.",
            "Choose a Python kernel for the notebook.",
            code="CL002",
        )
    variables = _variables(spec, env)
    return Interpreter(_executable(spec, folder, display_name, {**env, **variables}), "python", display_name, variables)


def kernel_folders(env: Mapping[str, str]) -> list[Path]:
    """The folders that hold kernelspecs, the first match winning."""
    return [folder / "kernels" for folder in data_folders(env)]


def kernel_names(env: Mapping[str, str]) -> list[str]:
    """The names of the kernelspecs that there are, in any language."""
    names = {
        entry.name.lower()
        for folder in kernel_folders(env)
        for entry in _entries(folder)
        if (entry / "kernel.json").is_file()
    }
    return sorted(names)


def data_folders(env: Mapping[str, str]) -> list[Path]:
    """The folders of Jupyter's data (kernels, front-end extensions), the strongest first."""
    home = Path(env.get("HOME") or Path.home())
    listed = [Path(entry) for entry in env.get("JUPYTER_PATH", "").split(os.pathsep) if entry]
    if env.get("JUPYTER_DATA_DIR"):
        user = Path(env["JUPYTER_DATA_DIR"])
    elif sys.platform == "darwin":
        user = home / "Library" / "Jupyter"
    else:
        user = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / "jupyter"
    ours = Path(sys.prefix) / "share" / "jupyter"
    near = [ours, user] if prefers_environment(env) else [user, ours]
    system = [Path("/usr/local/share/jupyter"), Path("/usr/share/jupyter")]
    return list(dict.fromkeys([*listed, *near, *system]))


def prefers_environment(env: Mapping[str, str]) -> bool:
    """As Jupyter decides it: a virtual environment's own kernels come before the user's."""
    given = env.get("JUPYTER_PREFER_ENV_PATH")
    if given is not None:
        return given.lower() not in ("no", "n", "false", "off", "0", "0.0")
    if sys.prefix != sys.base_prefix:
        return True
    return (
        "CONDA_PREFIX" in env and sys.prefix.startswith(env["CONDA_PREFIX"]) and env.get("CONDA_DEFAULT_ENV") != "base"
    )


def _find_folder(kernel_name: str, env: Mapping[str, str]) -> Path | None:
    """The folder of the kernelspec; names are compared without case, as Jupyter does."""
    wanted = kernel_name.lower()
    for folder in kernel_folders(env):
        for entry in _entries(folder):
            if entry.name.lower() == wanted and (entry / "kernel.json").is_file():
                return entry
    return None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _list(env: Mapping[str, str]) -> str:
    return ", ".join(sorted({*kernel_names(env), _NATIVE}))


def _read(folder: Path, kernel_name: str) -> Mapping[str, Any]:
    file = folder / "kernel.json"
    try:
        spec = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KernelError(
            f"The kernelspec of `{kernel_name}` cannot be read ({file}): {error}.", "Install the kernel again."
        ) from None
    if not isinstance(spec, dict):
        raise KernelError(f"The kernelspec of `{kernel_name}` is not an object ({file}).", "Install the kernel again.")
    return spec


def _variables(spec: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """The variables of the kernelspec, ``${NAME}`` in them replaced from ``env``."""
    given = spec.get("env")
    if not isinstance(given, Mapping):
        return {}
    from string import Template

    return {str(name): Template(str(value)).safe_substitute(env) for name, value in given.items()}


def _executable(spec: Mapping[str, Any], folder: Path, name: str, env: Mapping[str, str]) -> str:
    import shutil

    argv = spec.get("argv")
    first = argv[0] if isinstance(argv, list) and argv and isinstance(argv[0], str) else ""
    if first in _OWN_NAMES:
        return _interpreter_of(folder) or sys.executable
    first = first.replace("{resource_dir}", str(folder)).replace("{prefix}", sys.prefix)
    if not _PYTHON.search(Path(first).name):
        raise KernelError(
            f"The kernel `{name}` does not start Python directly but `{first}`.",
            "Give the interpreter: --python PATH.",
        )
    found = shutil.which(first, path=env.get("PATH"))
    if found is None:
        raise KernelError(
            f"The interpreter of the kernel `{name}` is not there: {first}.",
            "Install the kernel again, or give the interpreter: --python PATH.",
        )
    return found


def _interpreter_of(folder: Path) -> str | None:
    """A plain ``python`` in the kernelspec of another environment means that environment's interpreter.

    Only virtual and conda environments count: ``/usr/share/jupyter`` serves every environment of the machine.
    """
    if folder.parent.name != "kernels" or folder.parent.parent.name != "jupyter":
        return None
    prefix = folder.parent.parent.parent.parent
    if prefix == Path(sys.prefix) or not ((prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir()):
        return None
    python = prefix / "bin" / "python"
    return str(python) if os.access(python, os.X_OK) else None
