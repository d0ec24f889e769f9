"""Which interpreter a kernel's name stands for."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift.project.kernelspec import KernelError, find_interpreter, kernel_folders, kernel_names


def install(data: Path, name: str, **spec: Any) -> Path:
    folder = data / "kernels" / name
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": [sys.executable, "-m", "ipykernel"], **spec}))
    return folder


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "JUPYTER_PATH": str(tmp_path / "data"), "PATH": os.environ["PATH"]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_the_executable_of_the_kernelspec_is_used(data: Path, env: dict[str, str], tmp_path: Path) -> None:
    python = executable(tmp_path / "env" / "bin" / "python3.12")
    install(data, "ml", argv=[str(python), "-m", "ipykernel"], language="python", display_name="ML")
    found = find_interpreter("ml", env)
    assert (found.python, found.language, found.display_name) == (str(python), "python", "ML")


def test_a_link_in_an_environment_is_not_followed(data: Path, env: dict[str, str], tmp_path: Path) -> None:
    link = tmp_path / "venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys.executable)
    install(data, "ml", argv=[str(link)])
    assert find_interpreter("ml", env).python == str(link)


@pytest.mark.parametrize("argument", ["python", "python3", f"python3.{sys.version_info[1]}"])
def test_a_plain_python_is_this_interpreter_as_for_jupyter(data: Path, env: dict[str, str], argument: str) -> None:
    install(data, "plain", argv=[argument, "-m", "ipykernel"])
    assert find_interpreter("plain", env).python == sys.executable


def test_a_plain_python_in_another_environments_kernelspec_is_that_environments(
    tmp_path: Path, env: dict[str, str]
) -> None:
    prefix = tmp_path / "other"
    python = executable(prefix / "bin" / "python")
    (prefix / "pyvenv.cfg").write_text("")
    install(prefix / "share" / "jupyter", "python3", argv=["python", "-m", "ipykernel"])
    found = find_interpreter("python3", {**env, "JUPYTER_PATH": str(prefix / "share" / "jupyter")})
    assert found.python == str(python)


def test_a_notebook_without_kernel_and_a_missing_python3_mean_this_interpreter(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cellift.project.kernelspec.kernel_folders", lambda _: [tmp_path / "none"])
    assert find_interpreter(None, env).python == sys.executable
    assert find_interpreter("python3", env).python == sys.executable


def test_a_missing_kernel_is_an_error_that_lists_the_others(data: Path, env: dict[str, str]) -> None:
    install(data, "ml")
    with pytest.raises(KernelError, match=r"`gone` is not installed here; there is: ml, python3") as caught:
        find_interpreter("gone", env)
    assert "--python" in caught.value.fix


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"language": "R", "argv": ["R"]}, "is for R; steps are Python"),
        ({"argv": ["conda", "run", "python"]}, "does not start Python directly but `conda`"),
        ({"argv": ["/nowhere/bin/python"]}, "is not there: /nowhere/bin/python"),
        ({"argv": []}, "does not start Python directly"),
    ],
)
def test_a_kernel_that_cannot_run_steps_says_why(
    data: Path, env: dict[str, str], spec: dict[str, Any], message: str
) -> None:
    install(data, "odd", **spec)
    with pytest.raises(KernelError, match=message):
        find_interpreter("odd", env)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_broken_kernelspec_is_an_error(data: Path, env: dict[str, str], content: str) -> None:
    (install(data, "broken") / "kernel.json").write_text(content)
    with pytest.raises(KernelError, match="kernelspec of `broken`"):
        find_interpreter("broken", env)


def test_names_are_compared_without_case(data: Path, env: dict[str, str]) -> None:
    install(data, "My-Env", display_name="mine")
    assert find_interpreter("my-env", env).display_name == "mine"


def test_variables_of_the_kernelspec_are_filled_in(data: Path, env: dict[str, str]) -> None:
    install(data, "ml", env={"A": "1", "P": "${HOME}/x", "Q": "${UNSET_HERE}"})
    assert find_interpreter("ml", env).env == {"A": "1", "P": f"{env['HOME']}/x", "Q": "${UNSET_HERE}"}


def test_folders_are_searched_in_jupyters_order(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "JUPYTER_PATH": f"/one{os.pathsep}/two"}
    folders = [str(folder) for folder in kernel_folders({**env, "JUPYTER_PREFER_ENV_PATH": "0"})]
    user = [entry for entry in folders if entry.startswith(str(tmp_path))]
    assert folders[:2] == ["/one/kernels", "/two/kernels"]
    assert folders[2:4] == [*user, f"{sys.prefix}/share/jupyter/kernels"]
    assert folders[-2:] == ["/usr/local/share/jupyter/kernels", "/usr/share/jupyter/kernels"]
    preferred = [str(folder) for folder in kernel_folders({**env, "JUPYTER_PREFER_ENV_PATH": "1"})]
    assert preferred[2:4] == [f"{sys.prefix}/share/jupyter/kernels", *user]
    given = kernel_folders({**env, "JUPYTER_DATA_DIR": "/mine"})
    assert Path("/mine/kernels") in given


def test_jupyter_itself_looks_in_the_same_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from jupyter_core.paths import jupyter_path

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "extra"))
    for name in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME", "JUPYTER_PREFER_ENV_PATH"):
        monkeypatch.delenv(name, raising=False)
    theirs = [entry for entry in jupyter_path("kernels") if not entry.startswith("/etc")]
    assert [str(folder) for folder in kernel_folders(os.environ)] == theirs


def test_folders_without_a_kernelspec_are_no_kernels(data: Path, env: dict[str, str]) -> None:
    install(data, "ml")
    (data / "kernels" / "empty").mkdir()
    assert "ml" in kernel_names(env)
    assert "empty" not in kernel_names(env)


def test_an_empty_part_of_the_path_is_not_the_working_directory(
    data: Path, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = kernel_folders({**env, "JUPYTER_PATH": f"{os.pathsep}{data}"})
    assert folders[0] == data / "kernels"


def test_on_a_mac_the_user_s_kernels_lie_in_the_library(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert Path(env["HOME"], "Library", "Jupyter", "kernels") in kernel_folders(env)


@pytest.mark.parametrize("sign", ["pyvenv.cfg", None])
def test_a_plain_python_is_that_of_the_environment_that_has_the_kernelspec(
    env: dict[str, str], tmp_path: Path, sign: str | None
) -> None:
    prefix = tmp_path / "other"
    python = executable(prefix / "bin" / "python")
    if sign:
        (prefix / sign).write_text("")
    install(prefix / "share" / "jupyter", "theirs", argv=["python", "-m", "ipykernel"])
    env["JUPYTER_PATH"] = str(prefix / "share" / "jupyter")
    assert find_interpreter("theirs", env).python == (str(python) if sign else sys.executable)


def test_a_plain_python_of_a_kernelspec_elsewhere_is_our_own(env: dict[str, str], tmp_path: Path) -> None:
    prefix = tmp_path / "other"
    executable(prefix / "bin" / "python")
    (prefix / "pyvenv.cfg").write_text("")
    install(prefix / "share" / "elsewhere", "theirs", argv=["python", "-m", "ipykernel"])
    env["JUPYTER_PATH"] = str(prefix / "share" / "elsewhere")
    assert find_interpreter("theirs", env).python == sys.executable
