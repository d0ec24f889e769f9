from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cellift.api.follower import Follower
from cellift.cli import live
from cellift.cli.live import LiveProgress
from cellift.cli.terminal import colour_wanted


def drawn(made: Any, width: int = 70, height: int = 20) -> str:
    follower = Follower(made.store, made.id)
    follower.poll()
    progress = LiveProgress(follower, made.store)
    progress.close()
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(progress._frame())
    return capture.get()


def test_a_frame_has_state_name_and_the_last_line_of_the_log(new_run: Any) -> None:
    made = new_run()
    made.state("RUNNING")
    made.state("RUNNING", "load")
    made.print("load", "first\nepoch 1\repoch 2 \x1b[32mgreen\x1b[0m\n")
    lines = drawn(made).splitlines()
    assert lines[0].startswith("◔ Running  quick")
    assert "Running" in lines[1]
    assert lines[1].rstrip().endswith("epoch 2 green")
    assert lines[2].startswith("◌ Queued   train it")


def test_the_reason_of_waiting_is_shown(new_run: Any) -> None:
    made = new_run()
    made.state("PREPARING", reason="Importing what the set-up imports.")
    assert "Preparing  quick" in drawn(made)
    assert "Importing what the set-up imports." in drawn(made)


def test_a_long_line_is_cut_at_the_edge(new_run: Any) -> None:
    made = new_run()
    made.state("RUNNING")
    made.state("RUNNING", "load")
    made.print("load", "x" * 500)
    assert all(len(line) <= 70 for line in drawn(made).splitlines())
    assert len(drawn(made).splitlines()) == 3


def test_a_failed_step_shows_its_error(new_run: Any) -> None:
    assert "NameError: name 'bad' is not defined" in drawn(new_run().fail())


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert live._last_line(tmp_path / "no.log") == ""


def test_only_the_end_of_a_large_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "large.log"
    log.write_text("x" * 10_000_000 + "\nthe end\n")
    assert live._last_line(log) == "the end"


class Screen:
    def __init__(self, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("tty", "variables", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(
    monkeypatch: pytest.MonkeyPatch, tty: bool, variables: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert colour_wanted(Screen(tty)) is coloured  # type: ignore[arg-type]
