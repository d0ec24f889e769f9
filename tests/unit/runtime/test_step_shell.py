"""The step's own `get_ipython()`."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime import magics
from cellift.pipeline.runtime.display import Display
from cellift.pipeline.runtime.magics import NotInAStepError, UsageError, ZMQInteractiveShell
from unit.pipeline.kit import Launcher, graph, step


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(magics, "_shells", [])
    monkeypatch.chdir(tmp_path)
    return magics.begin({"x": 3}, Display(str(tmp_path / "values")))


def test_environment_magics_print_and_set(shell: Any, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("CASE_A", "old")
    assert shell.run_line_magic("env", "CASE_A") == "old"
    shell.run_line_magic("env", "CASE_A=n{x}")
    shell.run_line_magic("set_env", "CASE_A two words")
    assert (os.environ["CASE_A"], capsys.readouterr().out) == ("two words", "env: CASE_A=n3\nenv: CASE_A=two words\n")
    with pytest.raises(UsageError):
        shell.run_line_magic("env", "CASE_MISSING")


def test_a_repeated_statement_prints_nothing(shell: Any, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("CASE_A", "old")
    shell.quiet = True
    shell.run_line_magic("env", "CASE_A=new")
    with shell.timing():
        pass
    assert (os.environ["CASE_A"], capsys.readouterr().out) == ("new", "")


def test_folders_are_gone_into_and_back(shell: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "inner").mkdir()
    shell.run_line_magic("cd", "-q inner")
    assert shell.run_line_magic("pwd", "") == str(tmp_path / "inner")
    shell.run_line_magic("cd", "-")
    assert capsys.readouterr().out == f"{tmp_path}\n"
    shell.run_line_magic("pushd", "inner")
    assert Path.cwd() == tmp_path / "inner"
    shell.run_line_magic("popd", "")
    assert Path.cwd() == tmp_path
    shell.run_line_magic("cd", "nowhere")
    assert "No such file" in capsys.readouterr().out


def test_a_cell_is_written_to_a_file_or_added_to_it(shell: Any, tmp_path: Path, capsys: Any) -> None:
    shell.run_cell_magic("writefile", "'a b.txt'", "one {x}\n")
    shell.run_cell_magic("writefile", "-a 'a b.txt'", "two\n")
    assert (tmp_path / "a b.txt").read_text() == "one {x}\ntwo\n"
    assert capsys.readouterr().out == "Writing a b.txt\nAppending to a b.txt\n"


def test_a_script_that_fails_is_an_error_unless_it_may(shell: Any) -> None:
    with pytest.raises(CalledProcessError):
        shell.run_cell_magic("bash", "", "exit 3")
    shell.run_cell_magic("bash", "--no-raise-error --out said", "echo hi; exit 3")
    assert shell._names["said"] == "hi\n"


def test_timeit_runs_as_often_as_asked_and_binds_nothing(shell: Any, capsys: Any) -> None:
    shell._names["seen"] = []
    result = shell.run_cell_magic("timeit", "-n2 -r3 -o y = 1", "seen.append(y)\nz = 5\n")
    assert (result.loops, result.repeat, len(shell._names["seen"])) == (2, 3, 6)
    assert not {"y", "z"} & shell._names.keys()
    assert "3 runs, 2 loops each" in capsys.readouterr().out


def test_what_a_cell_prints_is_captured_until_its_end(shell: Any, capsys: Any) -> None:
    found = shell.capture_cell(stderr=False)
    sys.stdout.write("hidden\n")
    sys.stderr.write("seen\n")
    shell._display.show(5)
    shell.end_cell()
    assert (found.stdout, found.stderr, found.outputs) == ("hidden\n", "", [5])
    assert capsys.readouterr() == ("", "seen\n")


def test_times_are_printed_at_the_end_of_the_cell(shell: Any, capsys: Any) -> None:
    shell.time_cell()
    assert capsys.readouterr().out == ""
    shell.end_times()
    shell.end_cell()
    assert [line[:9] for line in capsys.readouterr().out.splitlines()] == ["CPU times", "Wall time"]


def test_what_is_said_about_the_session_is_said_in_a_step_too(shell: Any, capsys: Any) -> None:
    for name, line in ("pdb", ""), ("pdb", ""), ("pdb", "ON"), ("pdb", "0"), ("pdb", "7"), ("xmode", "plain"):
        shell.run_line_magic(name, line)
    shell.run_line_magic("xmode", "")
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        *("ON", "OFF", "ON", "OFF"),
        "toggle.",
        "Plain",
    ]


def test_a_probe_finds_a_notebook_and_the_session_is_refused(shell: Any) -> None:
    assert type(shell).__name__ == "ZMQInteractiveShell"
    assert "IPKernelApp" in shell.config
    assert not hasattr(shell, "__wrapped__")
    with pytest.raises(NotInAStepError, match="user_ns"):
        _ = shell.user_ns
    with pytest.raises(NotInAStepError):
        shell.run_line_magic("no_such", "")


def test_in_another_step_it_is_the_shell_of_that_step(shell: Any) -> None:
    function, arguments = ZMQInteractiveShell.__reduce__(shell)
    assert function(*arguments) is shell
    assert pickle.loads(pickle.dumps(shell)) is shell


def test_a_command_in_the_background_is_refused(shell: Any) -> None:
    with pytest.raises(OSError, match="Background processes not supported"):
        shell.system("true & ")


@pytest.mark.parametrize("line", ["", "one.txt two.txt"])
def test_a_cell_is_written_to_one_file(shell: Any, line: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one file name"):
        shell.run_cell_magic("writefile", line, "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["html", "HTML", "markdown", "latex", "svg", "javascript", "js"])
def test_a_cell_of_another_language_is_shown_and_not_run(shell: Any, name: str, monkeypatch: Any) -> None:
    seen: list[str] = []
    monkeypatch.setattr(shell._display, "show_text", lambda text, *_: seen.append(text))
    shell.run_cell_magic(name, "", "<b>1</b>")
    assert seen == ["<b>1</b>"]


def test_errors_are_captured_only_where_it_is_asked(shell: Any, capsys: Any) -> None:
    for wanted in (True, False):
        captured = shell.capture_cell(stderr=wanted)
        sys.stderr.write("told\n")
        shell.end_cell()
        assert captured.stderr == ("told\n" if wanted else "")
    assert capsys.readouterr().err == "told\n"


def test_a_stack_of_folders_stays_where_it_is_and_ends(shell: Any, tmp_path: Path, capsys: Any) -> None:
    shell.run_line_magic("pushd", "")
    assert Path.cwd() == tmp_path
    shell.run_line_magic("popd", "")
    with pytest.raises(UsageError, match="empty stack"):
        shell.run_line_magic("popd", "")


def test_all_variables_are_told_but_secrets(shell: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("CASE_A", "1")
    monkeypatch.setenv("CASE_TOKEN", "1")
    found = shell.run_line_magic("env", "")
    assert (found["CASE_A"], found["CASE_TOKEN"]) == ("1", "<hidden>")


@pytest.mark.parametrize(("line", "told"), [("=1", "usage is"), ("CASE A=1", "whitespace: '1'")])
def test_no_variable_is_set_without_a_name_or_with_a_space_in_it(shell: Any, line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        shell.run_line_magic("set_env", line)


def test_precision_is_that_of_arrays_too(shell: Any) -> None:
    numpy = pytest.importorskip("numpy")
    with numpy.printoptions():
        assert shell.run_line_magic("precision", "3") == "%.3f"
        assert numpy.get_printoptions()["precision"] == 3
        assert shell.run_line_magic("precision", "%.5g") == "%.5g"
        assert numpy.get_printoptions()["precision"] == 3


def test_what_a_cell_shows_can_be_set_and_other_settings_leave_it(shell: Any) -> None:
    shell.run_line_magic("config", "InteractiveShell.ast_node_interactivity = 'all'")
    shell.run_line_magic("config", "InteractiveShell.colors = 'none'")
    assert shell.ast_node_interactivity == "all"


def test_a_step_that_only_holds_the_shell_gets_one(monkeypatch: Any, tmp_path: Path) -> None:
    import builtins

    monkeypatch.setattr(magics, "_shells", [])
    monkeypatch.setattr(builtins, "display", Display(str(tmp_path / "values")).show, raising=False)
    assert magics.current() is magics.current()


def test_what_is_imported_from_ipython_knows_the_step_and_repeated_code_says_nothing(launcher: Launcher) -> None:
    setup = "from IPython import get_ipython\nget_ipython().run_line_magic('env', 'CASE_A=1')"
    own = "from IPython import get_ipython\nget_ipython().run_line_magic('env', 'CASE_B=2')"
    assert launcher.run(compile_graph(graph(step("a", own, setup=setup))))["a"].stdout == "env: CASE_B=2\n"
