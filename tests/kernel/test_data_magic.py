"""``%data`` in a plain IPython shell: mc's words, over the local tree."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cellift_kernel
from cellift.config.settings import config_path


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    for name in ("CELLIFT_HOME", "IPYTHONDIR", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    made = InteractiveShell(config=Config(HistoryManager={"hist_file": ":memory:"}))
    cellift_kernel.load_ipython_extension(made)
    yield made
    cellift_kernel.unload_ipython_extension(made)


def run(shell: InteractiveShell, line: str) -> Any:
    result = shell.run_cell(line)
    result.raise_error()
    return result.result


def test_the_quick_start_of_mc_works_with_data_in_place_of_mc(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.csv", "b.txt"):
        (tmp_path / "in" / name).write_text(f"{name}\nsecond\n")
    for line in (
        "%data mb local/wine",
        "%data cp --recursive ./in/ local/wine/up/",
        "%data cp local/wine/up/a.csv local/wine/c.csv",
        "%data mv local/wine/c.csv local/wine/d.csv",
        "%data stat local/wine/d.csv",
        "%data du local/wine",
        "%data tree --files local/wine",
        "%data ls --summarize local/wine",
        "%data mirror ./in local/wine/mirrored",
        "%data diff ./in local/wine/mirrored",
    ):
        run(shell, line)
    capsys.readouterr()
    run(shell, "%data cat local/wine/d.csv")
    assert capsys.readouterr().out == "a.csv\nsecond\n"
    run(shell, "%data head -n 1 local/wine/up/b.txt")
    assert capsys.readouterr().out == "b.txt\n"
    run(shell, "%data find local/wine --name *.csv")
    assert capsys.readouterr().out.splitlines() == [
        "local/wine/d.csv", "local/wine/mirrored/a.csv", "local/wine/up/a.csv",
    ]  # fmt: skip
    run(shell, "%data rm --recursive --force local/wine/up")
    run(shell, "%data rb --force local/wine")
    assert run(shell, "%data ls local").names() == []


def test_what_was_done_is_told_as_output_and_what_went_wrong_as_an_error(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("a.csv", "sub/b.csv"):
        (tmp_path / name).write_text("1")
    capsys.readouterr()
    for line in (
        "%data mb local/wine",
        "%data cp a.csv local/wine",
        "%data mirror sub local/wine/mirrored",
        "%data rm local/wine/a.csv",
    ):
        run(shell, line)
        said = capsys.readouterr()
        assert said.out and not said.err, line
    failed = shell.run_cell("%data cp nothing.csv local/wine")
    assert failed.error_in_exec is not None
    assert "nothing.csv" in str(failed.error_in_exec) + capsys.readouterr().err


def test_a_pattern_means_the_files_that_are_like_it(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Music").mkdir()
    for name in ("a.ogg", "b.ogg", "c.txt", "[d].ogg"):
        (tmp_path / "Music" / name).write_text(name)
    run(shell, "%data mb local/jukebox")
    run(shell, "%data cp Music/*.ogg local/jukebox/")
    assert run(shell, "%data ls local/jukebox").names() == ["[d].ogg", "a.ogg", "b.ogg"]
    run(shell, "%data rm -r --force local/jukebox/")
    run(shell, "%data cp ./Music/[d].ogg local/jukebox/")  # there is one of this very name
    assert run(shell, "%data ls local/jukebox").names() == ["[d].ogg"]
    with pytest.raises(UsageError, match="No file is like"):
        run(shell, "%data cp ./Music/*.mp3 local/jukebox/")
    with pytest.raises(UsageError, match=r"\*"):  # of keys, nothing is expanded
        run(shell, "%data cp local/jukebox/* ./")


def test_a_listing_is_a_value(shell: InteractiveShell) -> None:
    run(shell, "%data mb local/wine")
    shell.user_ns["bucket"] = "local/wine"
    run(shell, 'import cellift; (cellift.data(bucket) / "a/n").write_bytes(b"x")')
    assert run(shell, "_ = %data ls {bucket}") is None and shell.user_ns["_"].names() == ["a/"]
    assert run(shell, "%data ls $bucket").names() == ["a/"]
    assert run(shell, "%data ls -r local/wine").names() == ["a/n"]


def test_what_goes_wrong_is_one_line_and_stops_the_notebook(shell: InteractiveShell) -> None:
    for line, words in (
        ("%data ls nobody/b", "nobody"),
        ("%data cat local/none/k", "none"),
        ("%data frobnicate", "invalid choice"),
        ("%data cp local/none/k ./x", "none"),
        ("%data share download local/wine/n", "links"),
        ("%data pipe local/wine/n", "standard input"),
        ("%data share download --expire 8d local/wine/n", "7d"),
    ):
        with pytest.raises(UsageError, match=words):
            run(shell, line)


def test_keys_are_asked_for_and_refused_on_the_line(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="keys are not taken"):
        run(shell, "%data alias set lab http://127.0.0.1:9 KEYID canary-secret")
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return ["canary-id-1", "canary-secret-2"][len(asked) - 1]

    monkeypatch.setattr(getpass, "getpass", answer)
    monkeypatch.setattr("cellift.storage.connections.keyring_box.keyring", lambda: None)
    run(shell, "%data alias set lab http://127.0.0.1:9")
    assert len(asked) == 2 and "canary-secret-2" in (config_path() / "connections.json").read_text()


def test_all_in_a_folder_goes_only_after_a_yes(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shell, "%data mb local/wine")
    run(shell, 'import cellift; (cellift.data("local/wine/a/n")).write_bytes(b"x")')
    asked: list[str] = []
    for answer, left in (("", ["a/"]), ("y", [])):

        def reply(question: str, answer: str = answer) -> str:
            asked.append(question)
            return answer

        monkeypatch.setattr("builtins.input", reply)
        try:
            run(shell, "%data rm -r local/wine/a")
        except UsageError:
            assert left
        assert run(shell, "%data ls local/wine").names() == left
    assert all("1 object" in question for question in asked) and len(asked) == 2


def test_a_notebook_that_runs_by_itself_is_asked_nothing(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StdinNotImplementedError(NotImplementedError):
        """As ipykernel's, where the front end takes no input."""

    def refuse(_: str) -> str:
        raise StdinNotImplementedError

    monkeypatch.setattr("builtins.input", refuse)
    run(shell, "%data mb local/wine")
    run(shell, 'import cellift; (cellift.data("local/wine/a/n")).write_bytes(b"x")')
    (tmp_path / "in").mkdir()
    for line in ("%data rm -r local/wine/a", "%data mirror --remove ./in local/wine"):
        with pytest.raises(UsageError, match="nobody to ask: give --force"):
            run(shell, line)
    assert run(shell, "%data ls -r local/wine").names() == ["a/n"]


def test_words_after_the_magic_are_completed(shell: InteractiveShell) -> None:
    _, found = shell.complete("mi", "%data mi", 8)
    assert "mirror" in found


def test_the_endpoint_ends_with_the_extension_and_not_with_a_second_loading(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    served = run(shell, "%data serve")
    cellift_kernel.load_ipython_extension(shell)
    assert run(shell, "%data serve") is served and served.running
    cellift_kernel.unload_ipython_extension(shell)
    assert not served.running
    assert "AWS_ENDPOINT_URL" not in os.environ and os.environ["AWS_REGION"] == "eu-west-1"
