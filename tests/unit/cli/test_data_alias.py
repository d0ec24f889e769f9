from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cellift.cli.__main__ import main
from cellift.storage.connections import kept
from unit.storage.clean_home import clean_home

Capture = pytest.CaptureFixture[str]
URL = "http://minio.example:9000"


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return clean_home(tmp_path, monkeypatch)


def alias(*words: str, code: int = 0) -> None:
    assert main(["data", "alias", *words]) == code


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_connection_is_set_listed_and_removed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    given(monkeypatch, "AKIA-the-key-id\nthe-secret\n")
    alias("set", "mine", URL + "/", "--stdin", "--read-only", "--region", "eu-west-1")
    (one,) = kept.kept()
    assert one.keys and (one.keys.secret.reveal(), one.region, one.read_only) == ("the-secret", "eu-west-1", True)
    alias("ls")
    shown = capsys.readouterr()
    assert f"mine\n  url     {URL}\n  key id  AKIA…\n" in shown.out and "read-only" in shown.out
    assert "the-secret" not in shown.out + shown.err
    alias("rm", "mine")
    assert kept.kept() == []


def test_a_listing_as_json_holds_no_secret(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    given(monkeypatch, "the-key-id\nthe-secret\nthe-token\n")
    alias("set", "mine", URL, "--stdin", "--json")
    alias("ls", "mine", "--json")
    shown = capsys.readouterr()
    assert [one["key_id"] for one in json.loads(shown.out[shown.out.index("[") :])] == ["the…"]
    assert "the-secret" not in shown.out + shown.err and "the-token" not in shown.out + shown.err


@pytest.mark.parametrize("words", [("key-canary",), ("key-canary", "secret-canary")])
def test_keys_on_the_line_are_refused_with_the_reason_and_not_repeated(words: tuple[str, ...], capsys: Capture) -> None:
    alias("set", "mine", URL, *words, code=2)
    shown = capsys.readouterr()
    assert "every user of this machine sees it" in shown.err and "canary" not in shown.err + shown.out
    assert not kept.file().exists()


def test_keys_in_the_url_are_refused_and_not_repeated(capsys: Capture) -> None:
    alias("set", "mine", "http://id:canary@minio.example", "--anonymous", code=1)
    assert "user name or password" in (shown := capsys.readouterr().err) and "canary" not in shown


def test_without_anybody_to_ask_the_way_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    given(monkeypatch, "")
    alias("set", "mine", URL, code=2)
    assert "give --stdin" in capsys.readouterr().err
    given(monkeypatch, "only-one\n")
    alias("set", "mine", URL, "--stdin", code=1)
    assert "a key id and a secret are needed" in capsys.readouterr().err


def test_keys_are_asked_for_without_showing_them(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cellift", "data", "alias", "set", "mine", URL, "--token"]
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen = b""
    for asked, answer in ((b"Key id: ", b"the-id\n"), (b"Secret key: ", b"the-secret\n"), (b"token: ", b"the-token\n")):
        while asked not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, answer)
    assert running.wait(60) == 0
    try:
        while piece := os.read(ours, 1000):
            seen += piece
    except OSError:  # Linux: the other side is closed
        pass
    os.close(ours)
    (one,) = kept.kept()
    assert one.keys and one.keys.token and one.keys.token.reveal() == "the-token"
    assert b"the-" not in seen


def test_what_was_found_elsewhere_is_not_removed_here(user: Path, capsys: Capture) -> None:
    (user / ".aws").mkdir()
    (user / ".aws" / "credentials").write_text("[work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    alias("rm", "work", code=1)
    assert "found in: AWS profile in" in capsys.readouterr().err
    alias("rm", "none", code=1)
    assert "there is no connection 'none'" in capsys.readouterr().err


def test_a_connection_of_the_settings_only_gets_its_keys_here(
    user: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    file = user / ".config" / "cellift" / "cellift.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f"[storage.team]\nurl = '{URL}'\n")
    alias("ls")
    assert "unusable" in capsys.readouterr().out
    given(monkeypatch, "id\nsecret\n")
    alias("set", "team", "--stdin", "--read-only", code=1)
    assert f"described at {file}:2: change it there" in capsys.readouterr().err
    given(monkeypatch, "id\nsecret\n")
    alias("set", "team", "--stdin")
    alias("ls", "team")
    assert "unusable" not in capsys.readouterr().out


def test_the_name_of_the_local_tree_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    given(monkeypatch, "id\nsecret\n")
    alias("set", "local", URL, "--stdin", code=1)
    assert "always the tree of this machine" in capsys.readouterr().err
