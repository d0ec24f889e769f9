"""Ctrl-C and termination while a run goes on: noted, not raised, so that the record is always brought to its end."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

# After this many, whoever presses Ctrl-C gets the prompt back; the run is being cancelled without this process.
_ENOUGH = 3


class Interrupts:
    """A context in which SIGINT and SIGTERM are counted; `exit_code` is 130 or 143 after one, else None.

    A hang-up is left alone: it ends this process, and the run goes on.
    """

    def __init__(self) -> None:
        self.count = 0
        self._last = 0
        self._before: dict[int, Any] = {}

    @property
    def exit_code(self) -> int | None:
        """The shell's code for the signal that came last."""
        return 128 + self._last if self.count else None

    @property
    def impatient(self) -> bool:
        """Whether so many came that the wait for the end of the run is given up."""
        return self.count >= _ENOUGH

    def __enter__(self) -> Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            # One that the caller chose to ignore (nohup, a background job of a script) stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self._last = number
