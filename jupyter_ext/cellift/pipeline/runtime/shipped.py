"""What a compiled pipeline brings to a container: modules and data files of the notebook's folder, and packages."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zlib
from typing import Any

from ...values import ValuesError
from .spec import StepInput

VARIABLE = "CELLIFT_FILES"


class OtherFileError(ValuesError):
    """A file of the folder is not the one that the pipeline was compiled with."""

    code = "CL605"


class InstallError(ValuesError):
    """A package of the step cannot be installed."""

    code = "CL606"


def unpack(modules: dict[str, str], data: dict[str, str]) -> None:
    """Put the step's files in place. Paths -> digests. Modules are found before any others of their names."""
    text = os.environ.pop(VARIABLE, "")
    if not text:
        return
    content: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    missing = {path: digest for path, digest in modules.items() if _digest(path) != digest}
    if missing:
        # In a container they go where they lie in the notebook's folder, so that what steps write there counts too.
        folder, task = "", os.environ.get("CELLIFT_TASK_DIR")
        if task or any(os.path.lexists(path) for path in missing):
            # In the task's folder, which goes with its run, for whoever still imports from there; a container's own
            # goes with it.
            folder, missing = tempfile.mkdtemp(prefix="cellift-modules-", dir=task), modules
            sys.path.insert(0, folder)
        for path, digest in missing.items():
            _write(os.path.join(folder, path), content[digest])
    for path, digest in data.items():
        here = _digest(path)
        if here is None:
            _write(path, content[digest])
        elif here != digest:
            raise OtherFileError(
                f"{path} in {os.getcwd()} is another file than the one that the pipeline was compiled with. Compile "
                "the notebook again, or run the pipeline in another folder."
            )


def install_for(step: StepInput) -> None:
    """In a container: the step's own packages, and those that its inputs may need. A local run has its interpreter."""
    if os.environ.get("CELLIFT_TASK_DIR"):
        return
    packages = list(step.packages)
    if any(_is_no_plain_value(name, folder) for name, folder in step.inputs.items()):
        packages += step.carried
    install(packages)


def _is_no_plain_value(name: str, folder: str) -> bool:
    try:
        with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
            kind = json.load(file)["names"][name]["type"]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return kind not in ("int", "float", "str", "bool", "NoneType", "bytes", "complex")


def install(packages: list[str]) -> None:
    """Install the pinned packages that are not here yet, as Kubeflow Pipelines does."""
    from importlib.metadata import PackageNotFoundError, version

    missing = []
    for pinned in packages:
        name, _, wanted = pinned.partition("==")
        try:
            if version(name) != wanted:
                missing.append(pinned)
        except PackageNotFoundError:
            missing.append(pinned)
    if not missing:
        return
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--no-warn-script-location", *missing], check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise InstallError(f"pip could not install {', '.join(missing)}; what it said is above.")


def _digest(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(base64.b64decode(text))
