"""How far a transfer is, in words."""

from __future__ import annotations

import io

import pytest

from cellift.api import meter as meters
from cellift.api.mc import progress as progresses
from cellift.api.mc.progress import Progress
from cellift.api.meter import CellBar, Meter


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_share_is_told_once_all_is_known(seconds: list[float]) -> None:
    meter = Meter()
    seconds[0] += 2
    meter.bytes = 4 << 20
    assert str(meter) == "4.0 MiB  2.0 MiB/s"
    meter.expect(10 << 20, True)
    assert str(meter) == "4.0 MiB of more than 10.0 MiB  2.0 MiB/s" and meter.share is None
    meter.expect(6 << 20, False)
    assert str(meter) == " 25 %  4.0 MiB of 16.0 MiB  2.0 MiB/s  6.0 s left"
    meter.bytes = 17 << 20  # a piece went a second time
    assert str(meter) == "100 %  16.0 MiB of 16.0 MiB  8.5 MiB/s"
    assert meter.summary() == "17.0 MiB in 2.0 s"


def test_nothing_to_move_is_no_division(seconds: list[float]) -> None:
    meter = Meter()
    meter.expect(0, False)
    assert str(meter) == "0 B  0 B/s"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_line_that_is_written_over(seconds: list[float]) -> None:
    stream = Terminal()
    with Progress(stream) as progress:
        assert progress.is_watched
        progress.expect(4096, False)
        progress.moved(1024)
        assert stream.getvalue() == ""  # too soon
        seconds[0] += 1
        progress.moved(1024)
        assert stream.getvalue() == "\r\x1b[K 50 %  2.0 KiB of 4.0 KiB  2.0 KiB/s  1.0 s left"
        progress.say("a -> b")
    assert stream.getvalue().endswith("\r\x1b[Ka -> b\n")


def test_where_nobody_watches_there_are_only_lines(seconds: list[float]) -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        assert not progress.is_watched
        seconds[0] += 1
        progress.moved(1024)
        progress.say("a -> b")
    assert stream.getvalue() == "a -> b\n"


class Handle:
    def __init__(self, shown: list[dict[str, str]]) -> None:
        self.shown = shown

    def update(self, data: dict[str, str], raw: bool) -> None:
        self.shown.append(data)


@pytest.mark.parametrize("fails", [False, True])
def test_a_cell_has_a_bar_that_leaves_what_came_of_it(
    seconds: list[float], monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    shown: list[dict[str, str]] = []

    def display(data: dict[str, str], **_: object) -> Handle:
        shown.append(data)
        return Handle(shown)

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(CellBar, "is_possible", staticmethod(lambda: True))
    try:
        with Progress(io.StringIO()) as progress:
            progress.expect(2048, False)
            seconds[0] += 1
            progress.moved(1024)
            if fails:
                raise KeyboardInterrupt
            progress.moved(1024)
    except KeyboardInterrupt:
        pass
    words = " 50 %  1.0 KiB of 2.0 KiB  1.0 KiB/s  1.0 s left"
    first, last = shown
    assert first["text/plain"] == words and '<progress max="1" value="0.5000"' in first["text/html"]
    assert last["text/plain"] == (f"Stopped: {words}" if fails else "2.0 KiB in 1.0 s")
    assert "<progress" not in last["text/html"]


def test_what_is_over_at_once_shows_no_bar(seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.display.display", pytest.fail)
    monkeypatch.setattr(CellBar, "is_possible", staticmethod(lambda: True))
    with Progress(io.StringIO()) as progress:
        progress.moved(1024)


def test_a_title_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    CellBar('<b>"x').show(Meter())
    assert "<b>" not in shown[0]["text/html"] and shown[0]["text/plain"].startswith('<b>"x: ')
    assert progresses.Shown is meters.Shown  # one pace for both
