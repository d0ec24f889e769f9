"""Modules, data files and packages that a compiled pipeline brings to a container."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import zlib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import shipped
from cellift.pipeline.runtime.shipped import InstallError, OtherFileError
from unit.pipeline.kit import Launcher, graph, step


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pip is asked to install."""
    found: list[list[str]] = []

    def run(command: list[str], **_: Any) -> Any:
        found.append([word for word in command if "==" in word])
        return SimpleNamespace(returncode=int("broken==1" in command))

    monkeypatch.setattr(shipped.subprocess, "run", run)
    monkeypatch.delenv("CELLIFT_TASK_DIR", raising=False)
    return found


def test_only_what_is_not_here_in_that_version_is_installed(asked: list[list[str]]) -> None:
    here = f"pytest=={version('pytest')}"
    shipped.install([here])
    assert asked == []
    shipped.install([here, "pytest==0.1", "no-such-package-of-cellift==2"])
    assert asked == [["pytest==0.1", "no-such-package-of-cellift==2"]]


def test_what_pip_cannot_install_fails_the_step(asked: list[list[str]]) -> None:
    with pytest.raises(InstallError, match="pip could not install broken==1"):
        shipped.install(["broken==1"])
    assert subprocess.run is not None


@pytest.mark.parametrize(
    ("kind", "local", "expected"),
    [("int", False, []), ("Model", False, [["lib==1"]]), (None, False, [["lib==1"]]), ("Model", True, [])],
)
def test_packages_of_values_are_installed_for_values_that_may_need_them_in_a_container(
    asked: list[list[str]], tmp_path: Path, monkeypatch: Any, kind: str | None, local: bool, expected: list[list[str]]
) -> None:
    if local:
        monkeypatch.setenv("CELLIFT_TASK_DIR", str(tmp_path))
    if kind:
        (tmp_path / "index.json").write_text(json.dumps({"names": {"x": {"type": kind}}}))
    step: Any = SimpleNamespace(packages=[], carried=["lib==1"], inputs={"x": str(tmp_path)})
    shipped.install_for(step)
    assert asked == expected


def test_a_container_installs_what_its_step_imports_before_it_runs(tmp_path: Path) -> None:
    work = replace(step("work", "print('ran')"), packages=("no-such-package-of-cellift==1",))
    ir = compile_graph(graph(work), files={"other.txt": b""})
    found = Launcher(tmp_path, local=False).run(ir, environment={"PIP_NO_INDEX": "1"})["work"]
    assert (found.code, found.stdout.endswith("ran\n")) == (1, False)
    assert "pip could not install no-such-package-of-cellift==1" in found.stderr


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("CELLIFT_TASK_DIR", raising=False)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(shipped.tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def pack(monkeypatch: pytest.MonkeyPatch, **files: str) -> dict[str, str]:
    """Put the texts into the variable; name -> digest."""
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    content = {digests[name]: base64.b64encode(text.encode()).decode() for name, text in files.items()}
    monkeypatch.setenv(shipped.VARIABLE, base64.b64encode(zlib.compress(json.dumps(content).encode())).decode())
    return digests


@pytest.mark.parametrize("local", [True, False])
def test_modules_go_to_the_working_folder_of_a_container_only(here: Path, monkeypatch: Any, local: bool) -> None:
    digests = pack(monkeypatch, module="x = 1")
    if local:
        (here / "task").mkdir()
        monkeypatch.setenv("CELLIFT_TASK_DIR", str(here / "task"))
    shipped.unpack({"m.py": digests["module"]}, {})
    assert (here / "m.py").exists() is not local
    assert not local or Path(sys.path[0]).parent == here / "task", "it goes with the run"
    assert list((here / "tmp").iterdir()) == []
    assert Path(sys.path[0] if local else here, "m.py").read_text() == "x = 1"


def test_modules_that_lie_there_already_are_left_where_they_are(here: Path, monkeypatch: Any) -> None:
    digests = pack(monkeypatch, module="x = 1")
    (here / "m.py").write_text("x = 1")
    before = list(sys.path)
    shipped.unpack({"m.py": digests["module"]}, {})
    assert sys.path == before


def test_another_module_of_that_name_is_not_overwritten(here: Path, monkeypatch: Any) -> None:
    digests = pack(monkeypatch, module="x = 1")
    (here / "m.py").write_text("mine")
    shipped.unpack({"m.py": digests["module"]}, {})
    assert ((here / "m.py").read_text(), Path(sys.path[0], "m.py").read_text()) == ("mine", "x = 1")


def test_data_is_put_where_none_is_and_refused_where_it_is_another(here: Path, monkeypatch: Any) -> None:
    digests = pack(monkeypatch, data="1,2")
    shipped.unpack({}, {"d/t.csv": digests["data"]})
    assert (here / "d" / "t.csv").read_text() == "1,2"
    pack(monkeypatch, data="1,2")
    shipped.unpack({}, {"d/t.csv": digests["data"]})
    pack(monkeypatch, data="3")
    (here / "d" / "t.csv").write_text("mine")
    with pytest.raises(OtherFileError, match=r"d/t\.csv"):
        shipped.unpack({}, {"d/t.csv": digests["data"]})
