from __future__ import annotations

import json
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from cellift._version import __version__
from cellift.cli import checks
from cellift.cli.__main__ import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def prefix(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with nothing of Jupyter's in it, and no settings of this machine."""
    made = tmp_path / "env"
    made.mkdir()
    monkeypatch.setattr(sys, "prefix", str(made))
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        monkeypatch.delenv(name, raising=False)
    return made


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_every_check_is_a_line_with_its_state(prefix: Path, capsys: Capture) -> None:
    main(["doctor"])
    lines = [line for line in capsys.readouterr().out.splitlines() if " fix: " not in line]
    assert len(lines) == len(checks.CHECKS)
    assert all(line[2:6].strip() in ("ok", "warn", "fail") for line in lines)


def test_json_has_the_same_findings_and_the_exit_code_says_if_one_fails(prefix: Path, capsys: Capture) -> None:
    code = main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [set(one) for one in found] == [{"name", "status", "message", "fix"}] * len(checks.CHECKS)
    assert all(one["fix"] for one in found if one["status"] != "ok")
    assert code == 1
    assert "fail" in {one["status"] for one in found}


def test_server_extension_enabled_by_the_installed_file(prefix: Path) -> None:
    assert checks.check_server_extension().status == "fail"
    extensions = {"ServerApp": {"jpserver_extensions": {"cellift": True}}}
    write(prefix / "etc/jupyter/jupyter_server_config.d/cellift.json", extensions)
    assert checks.check_server_extension().status == "ok"


def test_server_extension_switched_off_by_a_stronger_file(prefix: Path) -> None:
    for state, file in ((False, "jupyter_server_config.json"), (True, "jupyter_server_config.d/cellift.json")):
        write(prefix / "etc/jupyter" / file, {"ServerApp": {"jpserver_extensions": {"cellift": state}}})
    finding = checks.check_server_extension()
    assert (finding.status, finding.fix) == ("fail", "jupyter server extension enable cellift")
    assert "switched off" in finding.message


def test_front_end_of_another_version_is_a_warning(prefix: Path) -> None:
    package = prefix / "share/jupyter/labextensions/@cellift/labextension/package.json"
    assert checks.check_labextension().status == "fail"
    write(package, {"version": "0.0.1"})
    finding = checks.check_labextension()
    assert (finding.status, "reload" in (finding.fix or "")) == ("warn", True)
    write(package, {"version": __version__})
    assert checks.check_labextension().status == "ok"


def test_a_kernel_whose_interpreter_is_gone_is_named(prefix: Path) -> None:
    kernels = prefix / "share/jupyter/kernels"
    write(kernels / "here/kernel.json", {"argv": [sys.executable], "language": "python"})
    assert checks.check_kernels().status == "ok"
    write(kernels / "gone/kernel.json", {"argv": ["/no/such/python"], "language": "python"})
    write(kernels / "r/kernel.json", {"argv": ["/no/such/R"], "language": "R"})
    finding = checks.check_kernels()
    assert finding.status == "warn"
    assert finding.message == "The interpreter of the kernel `gone` is not there: /no/such/python."
    assert "--python PATH" in (finding.fix or "")


def test_kernels_are_looked_for_where_a_run_looks(
    prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    write(tmp_path / "share/jupyter/kernels/mine/kernel.json", {"argv": [sys.executable], "language": "python"})
    finding = checks.check_kernels()
    assert (finding.status, "mine" in finding.message.split(", ")) == ("ok", True)


@pytest.mark.parametrize(("free", "status"), [(1 << 20, "fail"), (500 << 20, "warn"), (5 << 30, "ok")])
def test_free_disk(home: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
    usage = namedtuple("usage", "free")(free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert checks.check_disk().status == status


def test_a_state_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "file" / "home"))
    assert checks.check_home().status == "fail"
    assert checks.check_index().status == "fail"
    assert checks.check_disk().status == "ok"


def test_settings_that_are_not_understood_are_named(home: Path, tmp_path: Path) -> None:
    assert checks.check_settings().status == "ok"
    (tmp_path / "cellift.toml").write_text("[run]\nlimit = 3\n")
    finding = checks.check_settings()
    assert (finding.status, f"{tmp_path / 'cellift.toml'}:2" in finding.message) == ("warn", True)
