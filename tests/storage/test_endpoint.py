"""The S3 endpoint on demand: real rclone over the local tree, with keys of its own, ending with its owner."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cellift.cli.__main__ import main
from cellift.storage.endpoint import Endpoint, start
from cellift.storage.endpoint.serving import find_rclone
from cellift.storage.errors import AccessError, UnsupportedError
from cellift.storage.local.tree import LocalTree
from cellift.storage.s3.endpoint import Endpoint as Address
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys
from storage.kit import get, put
from storage.kit import keys as names


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def endpoint(home: Path) -> Iterator[Endpoint]:
    made = start()
    yield made
    made.stop()


def until(holds: Callable[[], bool]) -> None:
    """Ask again until it does; rclone looks at folders once a second."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def client(endpoint: Endpoint, secret: str = "") -> S3Store:
    told = endpoint.environment()
    pair = keys(told["AWS_ACCESS_KEY_ID"], secret or told["AWS_SECRET_ACCESS_KEY"])
    return S3Store(Address("endpoint", told["AWS_ENDPOINT_URL"]), pair)


def test_what_is_in_the_tree_is_served_and_the_other_way_round(home: Path, endpoint: Endpoint) -> None:
    tree, store = LocalTree(home / "data"), client(endpoint)
    store.make_bucket("wine")
    put(store, "wine", "a/b", b"through the endpoint")
    assert get(tree, "wine", "a/b") == b"through the endpoint"
    tree.make_bucket("local-made")
    put(tree, "local-made", "n", b"beside it")
    until(lambda: "local-made" in [one.name for one in store.buckets()])  # it looks again after a second
    assert get(store, "local-made", "n") == b"beside it"


def test_what_is_being_written_is_not_served(home: Path, endpoint: Endpoint) -> None:
    tree, store = LocalTree(home / "data"), client(endpoint)
    tree.make_bucket("wine")
    seen: list[str] = []

    class Watching(io.RawIOBase):
        left = 3 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if self.left == 1 << 20:
                assert any((home / "data/.staging").iterdir())  # most of it is there
                until(lambda: "wine" in [one.name for one in store.buckets()])
                seen.extend(one.name for one in store.buckets())
                assert store.page("wine") == ([], [], None)
            count = min(len(buffer), self.left, 1 << 20)
            self.left -= count
            return count

    tree.write("wine", "n", io.BufferedReader(Watching(), 1 << 20), size=3 << 20)
    assert seen == ["wine"]
    until(lambda: names(store, "wine") == ["n"])


def test_only_its_keys_are_taken_and_they_are_on_no_command_line(endpoint: Endpoint) -> None:
    with pytest.raises(AccessError):
        client(endpoint, "another-secret-altogether").buckets()
    secret = endpoint.environment()["AWS_SECRET_ACCESS_KEY"]
    guard = psutil.Process(endpoint._process.pid)
    lines = [" ".join(one.cmdline()) for one in (guard, *guard.children())]
    assert len(lines) == 2 and "serve s3" in lines[1] and not any(secret in line for line in lines)
    assert secret not in repr(endpoint)


def test_it_ends_when_it_is_stopped(endpoint: Endpoint) -> None:
    (served,) = psutil.Process(endpoint._process.pid).children()
    endpoint.stop()
    assert not endpoint.running and not served.is_running()
    endpoint.stop()


OWNER = """
import sys, time
from cellift.storage.endpoint import start
endpoint = start()
print(endpoint._process.pid, endpoint._folder, flush=True)
time.sleep(600)
"""


def owner(home: Path) -> tuple[subprocess.Popen[str], list[psutil.Process], Path]:
    """A process that has started an endpoint, the endpoint's processes, and its folder."""
    path = os.pathsep.join(sys.path)
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdout is not None
    pid, _, folder = process.stdout.readline().strip().partition(" ")
    guard = psutil.Process(int(pid))
    found = [guard, *guard.children()]
    assert len(found) == 2 and all(one.is_running() for one in found)
    return process, found, Path(folder)


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=15)[1]


def test_it_ends_with_an_owner_that_is_killed_and_leaves_nothing_behind(home: Path) -> None:
    process, found, folder = owner(home)
    assert (folder / "rclone.conf").exists()
    process.kill()
    process.wait()
    assert gone(found)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a program with its parent")
def test_it_ends_with_a_guard_that_is_killed(home: Path) -> None:
    process, found, folder = owner(home)
    found[0].kill()
    assert gone(found[1:])
    process.kill()
    process.wait()
    shutil.rmtree(folder)  # nobody is left to do it


def test_a_command_runs_with_the_endpoint(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os; print(os.environ['AWS_ENDPOINT_URL'][:17], len(os.environ['AWS_SECRET_ACCESS_KEY']) > 20)"
    assert main(["data", "serve", "--", sys.executable, "-c", code]) == 0
    assert capfd.readouterr().out.strip() == "http://127.0.0.1: True"
    assert main(["data", "serve", "--", sys.executable, "-c", "raise SystemExit(7)"]) == 7
    assert main(["data", "serve", "--", "no-such-program-here"]) == 127


def test_alone_it_serves_until_it_is_interrupted(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cellift", "data", "serve"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    told = process.stderr.readline() + process.stderr.readline()
    file = Path(told.rpartition("source ")[2].strip())
    assert file.stat().st_mode & 0o777 == 0o600 and "AWS_SECRET_ACCESS_KEY" in file.read_text()
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 0 and gone(children) and not file.exists()


def test_without_the_program_it_says_what_to_install(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "rclone"
    old.write_text("#!/bin/sh\necho rclone v1.60.1\n")
    old.chmod(0o700)
    monkeypatch.setenv("CELLIFT_RCLONE", str(old))
    with pytest.raises(UnsupportedError, match=r"v1\.60; 1\.75 or newer is needed.*cellift\[endpoint\]"):
        find_rclone()
    monkeypatch.setenv("CELLIFT_RCLONE", str(tmp_path / "none"))
    with pytest.raises(UnsupportedError, match="cannot be run"):
        find_rclone()


def test_a_kernel_has_its_endpoint_in_its_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cellift_kernel.data_magic import DataMagic

    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    magic: Any = DataMagic()
    served = magic("serve")
    assert os.environ["AWS_ENDPOINT_URL"] == served.url and magic("serve") is served
    magic("serve stop")
    assert not served.running and "AWS_ENDPOINT_URL" not in os.environ and os.environ["AWS_REGION"] == "eu-west-1"
