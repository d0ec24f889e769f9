"""A cancel before a server that is silent or slow: nobody waits for it, its turn is free, and nothing stays behind."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cellift.storage import cancelling
from cellift.storage.api import Condition
from cellift.storage.cancelling import Cancelling, cancellable, unless_cancelled
from cellift.storage.errors import CancelledError, StorageError
from cellift.storage.place import Place
from cellift.storage.s3 import multipart
from cellift.storage.s3.leftovers import PAUSES, Leftovers
from cellift.storage.targets import Target
from cellift.storage.transfer import download
from cellift.storage.transfers import work
from cellift.storage.transfers.registry import RUNNING_AT_ONCE, Transfers
from cellift.storage.transfers.request import Request
from cellift.storage.transfers.transfer import Transfer
from storage.fault_proxy import Head
from storage.kit import get, keys, put
from unit.storage.s3.conftest import Setting

BIG = 3 * multipart.PART
AT_ONCE = 0.5
"""Seconds within which a cancel takes effect (the issue's bound)."""


class Held:
    """A proxy that keeps the requests that are *wanted* to itself until it is let go; then it passes them on."""

    def __init__(self, setting: Setting, wanted: Callable[[Head], bool]) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._wanted = wanted
        self.passed: list[Head] = []
        setting.proxy.fault = self._fault
        setting.proxy.change = self._change

    def _fault(self, head: Head) -> None:
        if self._wanted(head):
            self.reached.set()
            self.go_on.wait(60)

    def _change(self, head: Head, given: bytes) -> bytes:
        self.passed.append(head)
        return given


@pytest.fixture
def hold(setting: Setting) -> Iterator[Callable[[Callable[[Head], bool]], Held]]:
    made: list[Held] = []
    setting.store._transport.leftovers = Leftovers(PAUSES[:5])  # what comes here comes soon

    def make(wanted: Callable[[Head], bool]) -> Held:
        made.append(Held(setting, wanted))
        return made[-1]

    yield make
    for one in made:
        one.go_on.set()


def cancelled(act: Callable[[], object], held: Held) -> float:
    """Cancel *act* once the server has its request; the seconds until its thread had ended."""
    cancelling, outcome = Cancelling(), []

    def run() -> None:
        with cancellable(cancelling):
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - looked at below
                outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert held.reached.wait(20)
    started = time.monotonic()
    cancelling.cancel()
    thread.join(20)
    seconds = time.monotonic() - started
    assert not thread.is_alive()
    assert [type(one) for one in outcome] == [CancelledError], outcome
    return seconds


def create(setting: Setting, content: bytes) -> None:
    source = io.BytesIO(content)
    setting.store.write(setting.bucket, "a", source, size=len(content), condition=Condition(absent=True))


def everything(_: Head) -> bool:
    return True


def is_put(head: Head) -> bool:
    return head[0] == "PUT"


def is_part(head: Head) -> bool:
    return head[0] == "PUT" and "partNumber=2&" in head[1]


def is_begin(head: Head) -> bool:
    return head[0] == "POST" and "uploads" in head[1]


def is_completion(head: Head) -> bool:
    return head[0] == "POST" and "uploadId=" in head[1]


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


@pytest.mark.parametrize("what", ["page", "stat", "read", "write", "large write", "copy", "remove", "download"])
def test_nobody_waits_for_a_silent_server_after_a_cancel(
    setting: Setting, hold: Callable[..., Held], what: str, tmp_path: Path
) -> None:
    put(setting.direct, setting.bucket, "there", b"x" * 1000)
    store, bucket = setting.store, setting.bucket
    acts: dict[str, Callable[[], object]] = {
        "page": lambda: store.page(bucket),
        "stat": lambda: store.stat(bucket, "there"),
        "read": lambda: b"".join(store.read(bucket, "there")),
        "write": lambda: put(store, bucket, "a"),
        "large write": lambda: store.write(bucket, "a", io.BytesIO(bytes(BIG)), size=BIG),
        "copy": lambda: store.copy(bucket, "there", bucket, "a"),
        "remove": lambda: store.remove(bucket, "there"),
        "download": lambda: download(Place(store, "s3", bucket, "there"), tmp_path / "a"),
    }
    held = hold(everything)
    assert cancelled(acts[what], held) < AT_ONCE
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_stops_on_its_way_is_not_waited_for(setting: Setting, hold: Callable[..., Held]) -> None:
    put(setting.direct, setting.bucket, "there", b"x" * (3 << 20))
    held = hold(lambda _: False)
    setting.proxy.change = lambda head, given: given[: len(given) // 2]
    setting.proxy.after = lambda head: held.go_on.wait(60)
    pieces: list[int] = []

    def read() -> None:
        for piece in setting.store.read(setting.bucket, "there"):
            pieces.append(len(piece))
            held.reached.set()

    assert cancelled(read, held) < AT_ONCE
    assert 0 < sum(pieces) < 3 << 20


def test_an_object_that_a_slow_server_makes_after_the_cancel_is_removed(
    setting: Setting, hold: Callable[..., Held]
) -> None:
    held = hold(is_put)
    assert cancelled(lambda: create(setting, b"unwanted"), held) < AT_ONCE
    held.go_on.set()  # only now the server gets it
    until(lambda: any(head[0] == "PUT" for head in held.passed))
    assert setting.store._transport.leftovers.settled(20)
    assert keys(setting.direct, setting.bucket) == []
    assert any(head[0] == "DELETE" for head in held.passed)


def test_what_somebody_else_wrote_meanwhile_is_not_removed(setting: Setting, hold: Callable[..., Held]) -> None:
    held = hold(is_put)
    cancelled(lambda: create(setting, b"unwanted"), held)
    put(setting.direct, setting.bucket, "a", b"wanted")
    assert setting.store._transport.leftovers.settled(20)
    assert get(setting.direct, setting.bucket, "a") == b"wanted"


def test_whoever_writes_it_again_keeps_it(setting: Setting, hold: Callable[..., Held]) -> None:
    held = hold(is_put)
    cancelled(lambda: create(setting, b"the same"), held)
    held.go_on.set()
    until(lambda: any(head[0] == "PUT" for head in held.passed))
    put(setting.store, setting.bucket, "a", b"the same")
    assert setting.store._transport.leftovers.settled(20)
    assert get(setting.direct, setting.bucket, "a") == b"the same"


def test_what_was_there_before_is_kept_by_a_cancel(setting: Setting, hold: Callable[..., Held]) -> None:
    put(setting.direct, setting.bucket, "a", b"before")
    held = hold(is_put)
    cancelled(lambda: put(setting.store, setting.bucket, "a", b"after"), held)
    assert setting.store._transport.leftovers.settled(20)
    assert get(setting.direct, setting.bucket, "a") == b"before"


@pytest.mark.parametrize("at", [is_begin, is_part, is_completion], ids=["begin", "part", "completion"])
def test_no_multipart_upload_stays_on_a_server_that_was_silent(
    setting: Setting, hold: Callable[..., Held], at: Callable[[Head], bool]
) -> None:
    held = hold(at)

    def write() -> None:
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG, condition=Condition(absent=True))

    assert cancelled(write, held) < AT_ONCE
    held.go_on.set()
    until(lambda: any(head[0] == "DELETE" for head in held.passed))
    assert setting.store._transport.leftovers.settled(20)
    assert setting.direct.uploads(setting.bucket) == []
    assert keys(setting.direct, setting.bucket) == []


def test_transfers_that_were_cancelled_give_their_turns_to_others(setting: Setting, hold: Callable[..., Held]) -> None:
    put(setting.direct, setting.bucket, "there", b"x")
    held = hold(lambda head: "there" in head[1] or "prefix" in head[1])
    transfers = Transfers()
    source = [Target("s3", setting.bucket, "")]
    silent = [
        transfers.start(Transfer("size", "Size"), work.sum_up(source, lambda _: setting.store))
        for _ in range(RUNNING_AT_ONCE)
    ]
    assert held.reached.wait(20)
    started = time.monotonic()
    for one in silent:
        assert transfers.cancel(one.id).state == "cancelled"
    next_one = transfers.start(Transfer("test", "Test"), lambda transfer: transfer.done())
    assert next_one.ended.wait(20) and next_one.state == "done"
    assert time.monotonic() - started < RUNNING_AT_ONCE * AT_ONCE
    until(lambda: not [one for one in threading.enumerate() if one.name in ("cellift-size", "cellift-test")])


def test_a_cancelled_import_of_many_files_ends_at_once_and_leaves_none(
    setting: Setting, hold: Callable[..., Held], tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(20):
        (files / str(number)).write_bytes(b"x" * number)
    held = hold(is_put)
    transfers = Transfers()
    request = Request([files], Target("s3", setting.bucket, ""))
    transfer = transfers.start(Transfer("import", "Import"), work.copy(request, lambda _: setting.store))
    assert held.reached.wait(20)
    started = time.monotonic()
    assert transfers.cancel(transfer.id).state == "cancelled"
    assert time.monotonic() - started < AT_ONCE
    held.go_on.set()
    assert setting.store._transport.leftovers.settled(30)
    assert keys(setting.direct, setting.bucket) == []


def test_another_ones_request_is_not_broken_off(setting: Setting) -> None:
    put(setting.direct, setting.bucket, "a", b"x")
    ended = Cancelling()
    with cancellable(ended):
        setting.direct.stat(setting.bucket, "a")
    used = list(ended._used)
    assert used
    with cancellable(Cancelling()):
        setting.direct.stat(setting.bucket, "a")  # over the same connection, which is this work's now
    ended.cancel()
    assert not any(one._is_broken for one in used)
    # One that was idle is opened anew.
    for one in used:
        one._owner = ended
    ended.cancel()
    assert setting.direct.stat(setting.bucket, "a").size == 1


def test_what_comes_after_the_cancel_is_undone() -> None:
    go_on, undone, work_of = threading.Event(), [], Cancelling()

    def act() -> str:
        work_of.cancel()
        go_on.wait(20)
        assert cancelling.current() is None  # it is not broken off
        return "made"

    with cancellable(work_of), pytest.raises(CancelledError):
        unless_cancelled(act, undone.append)
    assert undone == []
    go_on.set()
    until(lambda: undone == ["made"])


def test_what_is_left_is_looked_for_again_when_the_server_fails() -> None:
    asked: list[int] = []

    def look() -> bool:
        asked.append(1)
        if len(asked) < 3:
            raise StorageError("busy")
        return True

    leftovers = Leftovers([0, 0, 0, 0])
    leftovers.remove("b", "k", look)
    assert leftovers.settled(20) and len(asked) == 3
