from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cellift.supervise.control import SOCKET, ControlServer, send_command
from cellift.supervise.loop import Loop


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch, talk: Any) -> Iterator[list[Any]]:
    """Serve in this thread while ``talk`` runs in another, as its callers are other processes."""
    monkeypatch.chdir(folder)
    loop = Loop()
    said: list[Any] = []
    server = ControlServer(folder, loop, {"ping": lambda message: {"got": message}})

    def client() -> None:
        try:
            said.append(talk())
        finally:
            # Any command wakes the loop; the handler of this one ends it.
            send_command(folder, "stop")

    server._handlers["stop"] = lambda _message: loop.stop() or {}
    thread = threading.Thread(target=client)
    thread.start()
    loop.run()
    thread.join()
    server.close()
    loop.close()
    yield said
    assert not (folder / SOCKET).exists()


def test_command_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path, monkeypatch, lambda: send_command(tmp_path, "ping")) as said:
        assert said == [{"ok": True, "got": {"command": "ping"}}]


def test_folder_with_a_long_path_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("long" * 20) / ("path" * 20)
    folder.mkdir(parents=True)
    with served(folder, monkeypatch, lambda: send_command(folder, "ping")) as said:
        assert said[0]["ok"]


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b"[]\n", b"{}\n", b'{"command": "dance"}\n', b'{"command": ["ping"]}\n', b"[" * 60_000 + b"\n"],
    ids=["no JSON", "a list", "no command", "an unknown command", "a command that is no text", "deep"],
)
def test_nonsense_gets_an_answer_and_does_no_harm(line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def talk() -> Any:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / SOCKET))
            client.sendall(line)
            first = json.loads(client.recv(10_000))
            client.sendall(b'{"command": "ping"}\n')
            return first, json.loads(client.recv(10_000))

    with served(tmp_path, monkeypatch, talk) as said:
        first, second = said[0]
        assert not first["ok"]
        assert first["message"]
        assert second["ok"]


def test_endless_line_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def talk() -> Any:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / SOCKET))
            try:
                client.sendall(b"x" * 1_000_000)
                return client.recv(10)
            except OSError:
                return b""

    with served(tmp_path, monkeypatch, talk) as said:
        assert said == [b""]


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    assert send_command(tmp_path, "ping") is None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET))
    assert send_command(tmp_path, "ping") is None
