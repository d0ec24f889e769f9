from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from cellift.supervise.children import Children
from cellift.supervise.loop import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


def test_timers_fire_in_order_and_cancelled_ones_do_not(loop: Loop) -> None:
    said: list[str] = []
    loop.call_later(0.02, loop.stop)
    loop.call_later(0.01, lambda: said.append("second"))
    loop.call_later(0, lambda: said.append("first"))
    loop.cancel_call(loop.call_later(0.005, lambda: said.append("never")))
    loop.run()
    assert said == ["first", "second"]


def test_readers_are_called_when_there_is_something(loop: Loop) -> None:
    ours, theirs = os.pipe()
    said: list[bytes] = []

    def read() -> None:
        said.append(os.read(ours, 10))
        loop.stop()

    loop.add_reader(ours, read)
    loop.call_later(0, lambda: os.write(theirs, b"hello") and None)
    loop.run()
    loop.remove_reader(ours)
    os.close(ours)
    os.close(theirs)
    assert said == [b"hello"]


def test_signals_become_callbacks(loop: Loop) -> None:
    said: list[str] = []

    def on_signal() -> None:
        said.append("usr1")
        loop.stop()

    loop.on_signal(signal.SIGUSR1, on_signal)
    loop.call_later(0, lambda: os.kill(os.getpid(), signal.SIGUSR1))
    loop.run()
    assert said == ["usr1"]


def fork_exit(code: int) -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(code)
    return pid


def test_exit_of_a_watched_child_is_told(loop: Loop) -> None:
    children = Children()
    loop.on_signal(signal.SIGCHLD, children.reap)
    said: list[int] = []
    pid = fork_exit(7)

    def on_exit(code: int) -> None:
        said.append(code)
        loop.stop()

    children.watch(pid, on_exit)
    assert children.known == {pid}
    loop.run()
    assert said == [7]
    assert children.known == set()


def test_child_that_ended_before_it_was_watched_is_told_at_once() -> None:
    children = Children()
    pid = fork_exit(3)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    children.reap()
    said: list[int] = []
    children.watch(pid, said.append)
    assert said == [3]
