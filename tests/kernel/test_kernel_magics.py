"""The magics in a plain IPython shell, without a kernel process."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cellift_kernel


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    # A history in memory: its file would be gone when IPython's exit handler closes it.
    made = InteractiveShell(config=Config(HistoryManager={"hist_file": ":memory:"}))
    cellift_kernel.load_ipython_extension(made)
    yield made
    cellift_kernel.unload_ipython_extension(made)


def test_a_step_cell_runs_as_without_its_line(shell: InteractiveShell) -> None:
    result = shell.run_cell('%%step "train it" --output model\nmodel = 3\nmodel + 1')
    assert (result.success, result.result, shell.user_ns["model"]) == (True, 4, 3)


def test_an_error_in_a_step_has_the_line_of_the_cell(shell: InteractiveShell) -> None:
    error = shell.run_cell("%%step train\nx = 1\nraise ValueError('no')").error_in_exec
    assert isinstance(error, ValueError)
    assert error.__traceback__ is not None
    frame = error.__traceback__.tb_next
    assert frame is not None
    assert frame.tb_lineno == 3


@pytest.mark.parametrize("line", ["", " ", " two words", " train --gpus 2", ' "open'])
def test_a_line_that_the_pipeline_refuses_is_refused_before_anything_runs(shell: InteractiveShell, line: str) -> None:
    result = shell.run_cell(f"%%step{line}\nran = True")
    assert isinstance(result.error_before_exec, UsageError)
    assert "ran" not in shell.user_ns


def test_the_refusal_is_the_text_of_the_pipelines_own_parser(shell: InteractiveShell) -> None:
    from cellift.notebook.directives import parse_step_line

    with pytest.raises(ValueError) as expected:
        parse_step_line("train --gpus 2")
    with pytest.raises(UsageError) as found:
        shell.transform_cell("%%step train --gpus 2\n1")
    assert str(expected.value) in str(found.value)


def test_another_cell_magic_below_the_step_line_does_not_work_here_either(shell: InteractiveShell) -> None:
    assert not shell.run_cell("%%step train\n%%time\nx = 1").success


def test_typing_a_bad_step_line_is_no_error_yet(shell: InteractiveShell) -> None:
    assert shell.input_transformer_manager.check_complete("%%step\nx = 1")[0] == "incomplete"


def test_other_cell_magics_with_a_longer_name_are_left_alone(shell: InteractiveShell) -> None:
    assert not shell.run_cell("%%stepwise train\nx = 1").success
    assert "x" not in shell.user_ns


def test_a_step_called_by_name_runs_and_fails_as_a_cell(shell: InteractiveShell) -> None:
    shell.run_cell_magic("step", "train", "y = 5\n")
    assert shell.user_ns["y"] == 5
    with pytest.raises(UsageError, match="step train failed"):
        shell.run_cell_magic("step", "train", "1 / 0\n")


def test_loading_twice_adds_nothing_and_unloading_leaves_nothing(shell: InteractiveShell) -> None:
    before = len(shell.input_transformers_cleanup)
    cellift_kernel.load_ipython_extension(shell)
    assert len(shell.input_transformers_cleanup) == before
    cellift_kernel.unload_ipython_extension(shell)
    assert len(shell.input_transformers_cleanup) == before - 1
    assert isinstance(shell.run_cell("%%step train\n1").error_in_exec, UsageError)
    assert shell.find_line_magic("pipeline") is None


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("%pipeline", "required"),
        ("%pipeline rum", "invalid choice"),
        ("%pipeline run nb.ipynb -p x", "NAME=VALUE"),
        ("%pipeline run nb.ipynb -p x=1 -p x=2", "-p x is given twice"),
        ("%pipeline graph absent.ipynb", "No such file"),
        ("%pipeline graph", "give the path"),
        ("%pipeline status", "no run of this notebook"),
        ("%pipeline status 0123", "No run has an id"),
        ("%runs show 0123", "No run has an id"),
        ('%runs show "', "quotation"),
    ],
)
def test_wrong_use_of_a_magic_is_one_line_and_no_traceback(shell: InteractiveShell, line: str, text: str) -> None:
    error = shell.run_cell(line).error_in_exec
    assert isinstance(error, UsageError)
    assert text in str(error)


def test_help_of_a_magic_is_shown_and_nothing_runs(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.run_cell("%pipeline run --help").success
    assert "-p NAME=VALUE" in capsys.readouterr().out


def test_runs_without_any_run(shell: InteractiveShell) -> None:
    assert repr(shell.run_cell("%runs").result) == "No runs."


@pytest.mark.parametrize(("typed", "wanted"), [("%pipeline r", "run"), ("%pipeline ", "graph"), ("%runs l", "logs")])
def test_subcommands_are_completed(shell: InteractiveShell, typed: str, wanted: str) -> None:
    with provisionalcompleter():
        found = [one.text for one in shell.Completer.completions(typed, len(typed))]
    assert wanted in found


def test_loading_imports_only_the_magics_themselves() -> None:
    code = (
        "import sys, IPython.core.interactiveshell, types\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell()\n"
        "before = set(sys.modules)\n"
        "import cellift; cellift.load_ipython_extension(shell)\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "cellift",
        "cellift._version",
        "cellift_kernel",
        "cellift_kernel.data_magic",
        "cellift_kernel.magics",
        "cellift_kernel.pipeline_magic",
        "cellift_kernel.runs_magic",
        "cellift_kernel.step_magic",
    ]


@pytest.fixture
def in_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An object, ``local/box/a b.csv``."""
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path))
    path = tmp_path / "data" / "box" / "a b.csv"
    path.parent.mkdir(parents=True)
    path.write_text("1,2")
    return path


INPUT = 'train --input "raw=data:local/box/a b.csv" --input data:local/box/x'


def test_an_input_is_fetched_and_its_name_holds_the_path(shell: InteractiveShell, in_store: Path) -> None:
    result = shell.run_cell(f"%%step {INPUT}\nopen(raw).read()")
    assert result.result == "1,2"
    assert shell.user_ns["raw"].startswith(str(in_store.parents[2] / "cache"))
    error = shell.run_cell(f"%%step {INPUT}\nx = 1\nraise ValueError('no')").error_in_exec
    assert error is not None
    assert error.__traceback__ is not None
    assert traceback.extract_tb(error.__traceback__)[-1].lineno == 3


def test_an_input_of_a_step_that_is_called_by_name(shell: InteractiveShell, in_store: Path) -> None:
    shell.run_cell_magic("step", INPUT, "text = open(raw).read()")
    assert shell.user_ns["text"] == "1,2"


def test_an_input_that_is_not_there_stops_the_cell(shell: InteractiveShell, in_store: Path) -> None:
    in_store.unlink()
    result = shell.run_cell(f"%%step {INPUT}\nran = True")
    assert "a b.csv" in str(result.error_in_exec)
    assert "ran" not in shell.user_ns
