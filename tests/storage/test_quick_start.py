"""The published quick-start of ``mc`` (README of github.com/minio/mc), line by line, with ``%data`` in place of ``mc``.

Each line works, or is refused with the reason. ``play``, which mc brings, is an alias of the user's own here: a server
on loopback.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cellift_kernel
from cellift.api.mc.elsewhere import WORDS
from cellift_kernel.data_magic import ACTIONS
from storage.rclone import Rclone, start

# Its list of commands.
COMMANDS = (
    "alias admin anonymous batch cp cat diff du encrypt event find get head ilm idp license legalhold ls mb mv mirror "
    "od ping pipe put quota rm retention rb replicate ready sql stat support share tree tag undo update version watch"
).split()
# What it says that Tab offers; older than the list, and with some words more.
OFFERED = (
    "admin config diff find ls mirror policy session sql update watch cat cp event head mb pipe rm share stat version"
).split()

MINIO = "alias set minio http://192.168.1.51 BKIKJAA5BMMU2RHO6IBB V7f1CwQqAcwo80UEIJEjc5gVQUSSx5ohQ9GSrr12"
AMAZON = "alias set s3 https://s3.amazonaws.com BKIKJAA5BMMU2RHO6IBB V7f1CwQqAcwo80UEIJEjc5gVQUSSx5ohQ9GSrr12"
GOOGLE = "alias set gcs  https://storage.googleapis.com BKIKJAA5BMMU2RHO6IBB V8f1CwQqAcwo80UEIJEjc5gVQUSSx5ohQ9GSrr12"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    """A server of its own: what removes all buckets is tried, too."""
    server = start(tmp_path_factory.mktemp("play"))
    yield server
    server.stop()


@pytest.fixture
def shell(play: Rclone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    for name in ("CELLIFT_HOME", "IPYTHONDIR", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    keys = {"accessKey": play.keys.key_id.reveal(), "secretKey": play.keys.secret.reveal()}
    alias = {"url": play.url, **keys, "api": "S3v4", "path": "auto"}
    config = tmp_path / "home/.mc/config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"version": "10", "aliases": {"play": alias}}))
    config.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "myobject.txt").write_text("Hello, world\n")
    made = InteractiveShell(config=Config(HistoryManager={"hist_file": ":memory:"}))
    cellift_kernel.load_ipython_extension(made)
    yield made
    cellift_kernel.unload_ipython_extension(made)


def run(shell: InteractiveShell, line: str) -> Any:
    result = shell.run_cell(f"%data {line}")
    result.raise_error()
    return result.result


def test_what_it_does_first_works(shell: InteractiveShell, play: Rclone, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shell, "ls play").names() == []
    run(shell, "mb play/mybucket")
    assert run(shell, "ls play").names() == ["mybucket/"]
    run(shell, "cp myobject.txt play/mybucket")
    assert (play.root / "mybucket/myobject.txt").read_text() == "Hello, world\n"
    # The words that it makes shell aliases of.
    assert run(shell, "ls play/mybucket").names() == ["myobject.txt"]
    run(shell, "cp play/mybucket/myobject.txt play/mybucket/copy.txt")
    capsys.readouterr()
    run(shell, "cat play/mybucket/copy.txt")
    run(shell, "find play/mybucket --name '*.txt'")
    assert capsys.readouterr().out.splitlines() == [
        "Hello, world", "play/mybucket/copy.txt", "play/mybucket/myobject.txt",
    ]  # fmt: skip
    run(shell, "put myobject.txt play/mybucket/put.txt")
    run(shell, "get play/mybucket/put.txt ./got.txt")
    assert Path("got.txt").read_text() == "Hello, world\n"
    run(shell, "rm --recursive --force --dangerous play")
    run(shell, "rb --force --dangerous play")
    assert run(shell, "ls play").names() == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (MINIO, "keys are not taken from the command line"),
        (AMAZON, "keys are not taken from the command line"),
        (GOOGLE, "keys are not taken from the command line"),
        (f"{MINIO} --api S3v4 --path auto", "keys are not taken from the command line"),
        (f"{MINIO} --api S3v2", "invalid choice"),
        ("pipe play/mybucket/x", "a notebook has no standard input"),
        ("--autocompletion", "Tab completes after %data"),
    ],
)
def test_what_is_refused_says_why(shell: InteractiveShell, line: str, reason: str) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)) as refused:
        run(shell, line)
    assert "V7f1" not in str(refused.value) and "V8f1" not in str(refused.value)


def test_help_is_shown(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "--help")
    assert "mirror" in capsys.readouterr().out


@pytest.mark.parametrize("word", sorted({*COMMANDS, *OFFERED}))
def test_each_of_its_commands_is_here_or_refused_with_what_to_do(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    if word in ACTIONS:
        run(shell, f"{word} --help")
        assert f"usage: %data {word}" in capsys.readouterr().out
        return
    for line in (word, f"{word} --help", f"{word} info play --json"):
        with pytest.raises(UsageError, match=f"`{word}` is mc's, and not here: .+"):
            run(shell, line)


def test_no_word_is_both_here_and_refused() -> None:
    assert not WORDS.keys() & set(ACTIONS)
    assert WORDS.keys() <= {*COMMANDS, *OFFERED}
