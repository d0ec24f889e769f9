"""Take out of a failing program what its failure does not need."""

from __future__ import annotations

from collections.abc import Callable

from tests.truth.grammar.program import Program


def smaller(program: Program, fails: Callable[[Program], bool]) -> Program:
    """A program of as few statements as can be found that still ``fails``."""
    lines = list(program.lines)
    size = max(1, len(lines) // 2)
    while True:
        removed = False
        place = 0
        while place < len(lines):
            tried = lines[:place] + lines[place + size :]
            if tried and fails(Program(tuple(tried))):
                lines, removed = tried, True
            else:
                place += size
        if size == 1 and not removed:
            return Program(tuple(lines))
        size = max(1, size // 2) if not removed or size > 1 else 1
