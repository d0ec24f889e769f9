from __future__ import annotations

import argparse
import errno
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cellift._version import __version__
from cellift.cli.__main__ import COMMANDS, main
from unit.cli.notebooks import two_steps


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: cellift {name}")


@pytest.mark.parametrize("words", [["version"], ["--version"], ["-V"]])
def test_version(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out == f"cellift {__version__}\n"


def test_version_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("runs", "import", "data")])
def test_every_command_has_json(name: str) -> None:
    parser = argparse.ArgumentParser()
    importlib.import_module(f"cellift.cli.commands.{name}").configure(parser)
    assert "--json" in parser.format_help()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "cellift COMMAND"),
        (["rum"], "Near it: run."),
        (["--verbose"], "lists the commands"),
        (["quick.ipynb"], "cellift run quick.ipynb"),
        (["run"], "required"),
        (["run", "nb.ipynb", "--backend", "kubeflow"], "unrecognized arguments: --backend"),
        (["run", "nb.ipynb", "--det"], "unrecognized arguments: --det"),
        (["run", "nb.ipynb", "-p", "x"], "NAME=VALUE"),
        (["run", "nb.ipynb", "-p", "x=1", "-p", " x =2"], "-p x is given twice"),
        (["run", "nb.ipynb", "-p", "x=1", "-p", "x=2"], "twice"),
        (["runs", "ls", "--state", "done"], "States:"),
        (["runs", "ls", "--limit", "0"], "at least 1"),
        (["runs", "logs", "0", "-f", "--json"], "one of them"),
        (["compile", "nb.ipynb"], "required"),
        (["compile", "nb.ipynb", "-o", "-", "--json"], "standard output"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_silent_on_standard_output(
    home: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err


def test_an_internal_error_is_one_sentence_without_a_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("cellift.cli.commands.version.run", broken)
    assert main(["version"]) == 1
    err = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: inside" in err
    assert "Traceback" not in err
    monkeypatch.setenv("CELLIFT_DEBUG", "1")
    assert main(["version"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_state_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "file" / "home"))
    assert main(["runs", "ls"]) == 1
    assert "Set CELLIFT_HOME" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "remedy"), [(errno.ENOSPC, "cellift runs rm"), (errno.EROFS, "Set CELLIFT_HOME")])
def test_a_state_folder_that_cannot_be_written_is_told(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    remedy: str,
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("cellift.runs.store.allocate_reserve", refuse)
    assert main(["run", str(two_steps(tmp_path / "nb.ipynb"))]) == 1
    err = capsys.readouterr().err
    assert f"{home}: {os.strerror(number)}. " in err and remedy in err


def test_help_loads_next_to_nothing() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from cellift.cli.__main__ import main\n"
        "main(['--help'])\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    ours = ["cellift", "cellift._version", "cellift.cli", "cellift.cli.__main__"]
    assert [name for name in loaded if name.startswith("cellift")] == ours
    heavy = {"argparse", "asyncio", "dataclasses", "importlib.metadata", "inspect", "json", "pathlib", "rich", "yaml"}
    assert heavy.isdisjoint(loaded)
    # A handful of the standard library, by way of typing.
    assert len(loaded) < 40


def test_compile_loads_what_it_needs(tmp_path: Path) -> None:
    code = (
        "import argparse, gc, sys\n"
        "from cellift.cli.__main__ import main\n"
        "import cellift.cli.commands.compile\n"
        "before = gc.get_stats()[0]['collections']\n"
        f"status = main(['compile', {str(two_steps(tmp_path / 'nb.ipynb'))!r}, '-o', {str(tmp_path / 'p.yaml')!r}])\n"
        "print(gc.get_stats()[0]['collections'] - before, file=sys.stderr)\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    environment = {**os.environ, "CELLIFT_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    *_, collections, names = done.stderr.splitlines()
    # What a short command leaves need not be looked for while it runs: that would be some 25 times.
    assert int(collections) < 8
    loaded = set(names.split())
    heavy = "asyncio kfp numpy pandas rich sqlite3 multiprocessing cellift.supervise cellift.runs.store cellift.server "
    heavy += "hashlib random string subprocess symtable tempfile"  # needed by what this notebook does not have
    assert "cellift.pipeline.compile" in loaded and loaded.isdisjoint(heavy.split())
    # As many as it took when it was within its budget, and a few more: each is a part of the time it takes.
    assert len([name for name in loaded if name.startswith("cellift.")]) < 157
    assert len(loaded) < 290


def test_a_command_loads_no_room_of_another(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from cellift.cli.__main__ import main\n"
        "main(['runs', 'ls'])\n"
        "print(*[n for n in ('cellift.notebook', 'cellift.engine', 'cellift.pipeline', 'rich', 'yaml', 'asyncio',"
        " 'importlib.metadata') if n in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"CELLIFT_HOME": str(tmp_path)}
    )
    assert done.stdout == "\n"


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cellift", "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
