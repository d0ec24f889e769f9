"""Statements that a step repeats for what they do to the process show nothing: they have shown it where they stand."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Iterator, List

from .display import Display

muted_now: List[Display] = []
"""Of those that are around what runs now."""


@contextlib.contextmanager
def muted(display: Display, mute: bool = True) -> Iterator[None]:
    """Printed text and shown values go nowhere; errors and warnings still reach the log.

    By descriptor: code may keep ``sys.stdout`` for later.
    """
    if not mute:
        yield
        return
    muted_now.append(display)
    captured, display.captured = display.captured, []
    _flush()
    try:
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # the notebook has closed it
        kept = nowhere = -1
    try:
        if kept >= 0:
            os.dup2(nowhere, 1)
        yield
    finally:
        muted_now.pop()
        display.captured = captured
        if kept >= 0:
            _flush()
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)


def _flush() -> None:
    stream: Any = sys.stdout
    with contextlib.suppress(Exception):  # the notebook may have closed or replaced it
        stream.flush()
