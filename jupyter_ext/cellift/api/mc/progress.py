"""Progress of transfers, as a line on a terminal or a bar below a cell, and the names of what is done."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from cellift.api.meter import CellBar, Meter, Shown


class Progress:
    """A context; its methods are called in several threads. Where nobody watches, only what is said is printed."""

    def __init__(self, stream: TextIO, said: TextIO | None = None, *, quiet: bool = False) -> None:
        """*said* gets what is said, when it is another stream. *quiet*: only `warn` prints anything."""
        self._stream = stream
        self._said = said or stream
        self._quiet = quiet
        self._is_terminal = stream.isatty() and not quiet
        self._bar = CellBar() if not quiet and not self._is_terminal and CellBar.is_possible() else None
        self._shown = Shown(self._show)
        self.expect, self.moved = self._shown.expect, self._shown.moved
        self._on_screen = False

    @property
    def is_watched(self) -> bool:
        """Whether it shows how far it is: then somebody should tell what is to be expected."""
        return self._is_terminal or self._bar is not None

    def say(self, text: str) -> None:
        """Print a line, unless it is to be quiet."""
        if not self._quiet:
            self._print(text, self._said)

    def warn(self, text: str) -> None:
        """Print a line of what goes wrong."""
        self._print(text, self._stream)

    def _print(self, text: str, stream: TextIO) -> None:
        with self._shown.lock:
            self._clear()
            stream.write(text + "\n")
            stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._shown.lock:
            self._clear()
            if self._bar is not None:
                self._bar.end(self._shown.meter, whole=kind is None)

    def _show(self, meter: Meter) -> None:
        if self._is_terminal:
            self._stream.write(f"\r\x1b[K{meter}")
            self._stream.flush()
            self._on_screen = True
        elif self._bar is not None:
            self._bar.show(meter)

    def _clear(self) -> None:
        if self._on_screen:
            self._stream.write("\r\x1b[K")
            self._on_screen = False
