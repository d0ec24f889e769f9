"""Shell commands in a step: what they are given, and what they give."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from cellift.pipeline.runtime.commands import SList, _shell_name, expand, output_of, run_in_terminal, run_script

NAMES = {"x": 3, "name": "world", "rows": [1, 2, 3]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo {x} $name", "echo 3 world"),
        ("echo {x + 1} {rows[0:2]} {name!r}", "echo 4 [1, 2] 'world'"),
        ("echo $$x $$name", "echo $x $name"),
        ("echo '$x' \"$x\"", "echo '$x' \"3\""),
        ("awk '{print $1}' {x}", "awk '{print $1}' {x}"),
        ("echo ${HOME} {x}", "echo ${HOME} {x}"),
        ("echo {missing} {x}", "echo {missing} {x}"),
        ("echo {{x}}", "echo {x}"),
        ("echo }}", "echo }"),
        ("echo } {x}", "echo } {x}"),
    ],
)
def test_names_are_filled_in_or_the_whole_text_stays(text: str, expected: str) -> None:
    assert expand(text, NAMES) == expected


def test_ipython_fills_in_the_same() -> None:
    text = pytest.importorskip("IPython.utils.text")
    for line in (
        "a {x} $name",
        "{x+1}{rows[1:]}",
        "$$x '$x' $x",
        "{name!r} $name.upper",
        "{{x}} ${x}",
        "a }} b",
        "a",
    ):
        assert expand(line, NAMES) == text.DollarFormatter().vformat(line, [], NAMES)


def test_lines_are_also_words_and_fields() -> None:
    lines = SList(["b 2", "a 10", "c"])
    assert (lines.s, lines.n, lines.l) == ("b 2 a 10 c", "b 2\na 10\nc", lines)
    assert lines.fields(1) == ["2", "10"]
    assert lines.fields() == [["b", "2"], ["a", "10"], ["c"]]
    assert lines.grep("A") == ["a 10"]
    assert lines.grep("a", prune=True) == ["b 2", "c"]
    assert lines.grep("1", field=1) == ["a 10"]
    assert lines.sort(1, nums=True) == ["c", "b 2", "a 10"]


def test_a_command_prints_into_a_terminal_of_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in_terminal("test -t 1 && stty size <&1; echo err >&2") == 0
    assert capsys.readouterr().out.split() == ["24", "80", "err"]


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -9 $$", -9), ("exit 130", -2)])
def test_exit_codes_are_those_of_ipython(command: str, code: int) -> None:
    assert run_in_terminal(command) == code


def test_no_command_waits_for_a_key() -> None:
    assert run_in_terminal("read answer") != 0
    assert output_of("cat") == []


def test_output_holds_both_streams_in_order() -> None:
    assert output_of("echo a; echo b >&2; echo c") == ["a", "b", "c"]
    with pytest.raises(OSError, match="Background"):
        output_of("sleep 1 &")


def test_a_script_writes_to_both_streams(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    streams = ((lambda: sys.stdout), (lambda: sys.stderr))
    assert run_script(["sh"], "echo ü; echo err >&2; exit 4\n", streams) == 4
    assert capsys.readouterr() == ("ü\n", "err\n")


def test_lines_that_are_files_are_paths(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert SList([str(tmp_path / "a"), str(tmp_path / "b")]).p == [tmp_path / "a"]


def test_fields_that_a_line_does_not_have_are_left_out() -> None:
    lines = SList(["b 2", "c", "", "d 4 6"])
    assert lines.fields(1) == ["2", "4"]
    assert lines.fields(0, 2) == ["b", "c", "d 6"]
    assert lines.fields(-1) == ["2", "c", "6"]
    assert lines.grep(str.isdigit, field=1) == ["b 2", "d 4 6"]
    assert lines.grep("", field=1) == lines
    assert SList(["b 10", "x1 9", "none"]).sort(nums=True) == ["none", "b 10", "x1 9"]
    assert SList(["b 10", "a 9"]).sort() == ["a 9", "b 10"]


@pytest.mark.parametrize(("text", "expected"), [("which('sh')", "sh"), ("os.environ['SHELL']", "zsh"), (None, "zsh")])
def test_the_shell_is_the_one_that_the_installed_ipython_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, expected: str
) -> None:
    (tmp_path / "utils").mkdir()
    if text is not None:
        (tmp_path / "utils" / "_process_posix.py").write_text(text)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[tmp_path]))
    monkeypatch.setenv("SHELL", "zsh")
    assert _shell_name() == expected
