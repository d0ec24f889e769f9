"""What ``cellift doctor`` looks at: one function per check, none of which changes anything but makes the state folder.

Jupyter's folders are looked at as files: the command line works without Jupyter, and must not load it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

_GIB = 1 << 30
_FEW_BYTES = 100 << 20


@dataclass(frozen=True)
class Finding:
    """What a check found; *fix* is there unless all is well."""

    name: str
    status: Literal["ok", "warn", "fail"]
    message: str
    fix: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        """``{"name", "status", "message", "fix"}``."""
        return asdict(self)


def check_python() -> Finding:
    """The interpreter of this command."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", "ok", f"{version} at {sys.executable}")


def check_home() -> Finding:
    """The state folder can be written."""
    import tempfile

    from cellift.config.paths import home

    try:
        folder = home()
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return Finding("State folder", "fail", str(error), "Set CELLIFT_HOME to a folder that can be written.")
    return Finding("State folder", "ok", str(folder))


def check_disk() -> Finding:
    """Room for values and logs."""
    import shutil

    from cellift.api.words import size
    from cellift.config.paths import home_path

    folder = home_path()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    message = f"{size(free)} free for runs"
    fix = "Remove runs (`cellift runs rm`), or set CELLIFT_HOME to a folder on a larger disk."
    if free < _FEW_BYTES:
        return Finding("Disk", "fail", message, fix)
    if free < _GIB:
        return Finding("Disk", "warn", message, fix)
    return Finding("Disk", "ok", message)


def check_index() -> Finding:
    """The index over all runs can be opened, which needs SQLite and a file system with locks."""
    from cellift.config.paths import home_path
    from cellift.runs.store import RunStore

    try:
        import sqlite3

        store = RunStore(home_path())
        active = store.active_count()
        store.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is the same
        text = f"the list of runs cannot be opened: {type(error).__name__}: {error}"
        fix = "Set CELLIFT_HOME to a folder on a local disk; the records of the runs themselves are not affected."
        return Finding("SQLite", "fail", text, fix)
    return Finding("SQLite", "ok", f"{sqlite3.sqlite_version}; runs going on: {active}")


def check_settings() -> Finding:
    """What is written in cellift.toml is understood."""
    from cellift.config.settings import load_settings

    settings = load_settings()
    if settings.problems:
        text = "; ".join(str(problem) for problem in settings.problems)
        return Finding("Settings", "warn", text, "Correct the lines that are named.")
    files = ", ".join(str(path) for path in settings.files)
    return Finding("Settings", "ok", files or "no cellift.toml; all settings have their defaults")


def check_kernels() -> Finding:
    """Each Python kernel has an interpreter for its steps, found as a run finds it."""
    from cellift.project.kernelspec import KernelError, find_interpreter, kernel_names

    found: list[str] = []
    broken: list[KernelError] = []
    for name in kernel_names(os.environ):
        try:
            find_interpreter(name, os.environ)
        except KernelError as error:
            if error.code != "CL002":  # a kernel of another language is not ours to judge
                broken.append(error)
        else:
            found.append(name)
    if broken:
        fixes = " ".join(dict.fromkeys(error.fix for error in broken))
        return Finding("Kernels", "warn", " ".join(map(str, broken)), fixes)
    if not found:
        text = f"no Python kernel is registered; runs use {sys.executable}"
        fix = "To choose kernels in Jupyter: python -m pip install ipykernel."
        return Finding("Kernels", "warn", text, fix)
    return Finding("Kernels", "ok", ", ".join(found))


def check_server_extension() -> Finding:
    """Jupyter Server loads the server part."""
    if not _is_installed("jupyter_server"):
        return Finding("Jupyter Server", "warn", "not installed in this environment", "pip install 'cellift[lab]'")
    enabled = None
    for folder in _config_folders():
        for file in (
            folder / "jupyter_server_config.json",
            *sorted((folder / "jupyter_server_config.d").glob("*.json")),
        ):
            # The folders go from the strongest to the weakest.
            if enabled is None:
                enabled = _read_json(file).get("ServerApp", {}).get("jpserver_extensions", {}).get("cellift")
    if enabled:
        return Finding("Jupyter Server", "ok", "the server part of Cellift is enabled")
    return Finding(
        "Jupyter Server",
        "fail",
        "the server part of Cellift is switched off"
        if enabled is False
        else "the server part of Cellift is not enabled",
        "jupyter server extension enable cellift",
    )


def check_labextension() -> Finding:
    """The front end is where JupyterLab looks for it, in the version of this package."""
    from cellift._version import __version__
    from cellift.project.kernelspec import data_folders

    if not _is_installed("jupyterlab") and not _is_installed("notebook"):
        return Finding("Front end", "warn", "JupyterLab is not in this environment", "pip install 'cellift[lab]'")
    for folder in data_folders(os.environ):
        package = _read_json(folder / "labextensions" / "@cellift" / "labextension" / "package.json")
        if package:
            version = str(package.get("version"))
            if version != __version__:
                text = f"{version} at {folder}, but this is Cellift {__version__}"
                return Finding("Front end", "warn", text, "Reinstall cellift, then reload the browser page.")
            return Finding("Front end", "ok", f"{version} at {folder}")
    return Finding(
        "Front end", "fail", "the front end is not installed", "pip install --force-reinstall 'cellift[lab]'"
    )


def check_kfp() -> Finding:
    """KFP's own package, which nothing here needs."""
    there = "installed" if _is_installed("kfp") else "not installed"
    return Finding("kfp", "ok", f"{there}; Cellift does not need it")


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_home,
    check_disk,
    check_index,
    check_settings,
    check_kernels,
    check_server_extension,
    check_labextension,
    check_kfp,
)


def _config_folders() -> list[Path]:
    from cellift.project.kernelspec import prefers_environment

    own = Path(os.environ.get("JUPYTER_CONFIG_DIR") or Path("~/.jupyter").expanduser())
    extra = [Path(one) for one in os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if one]
    ours = Path(sys.prefix) / "etc/jupyter"
    near = [ours, own] if prefers_environment(os.environ) else [own, ours]
    return [*extra, *near, Path("/usr/local/etc/jupyter"), Path("/etc/jupyter")]


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_installed(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None
