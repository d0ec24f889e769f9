"""Run ids: UUID version 7 (RFC 9562), so that ids sort by the time of creation."""

from __future__ import annotations

import os
import time

_last = 0


def new_run_id() -> str:
    """A new id; ids made by one process are strictly increasing."""
    global _last  # noqa: PLW0603 - the clock of this process
    # 48 bits of milliseconds and, in the 12 bits after the version, the fraction of the millisecond (method 3).
    now = time.time_ns()
    stamp = (now // 1_000_000) << 12 | (now % 1_000_000) * 4096 // 1_000_000
    _last = stamp = max(stamp, _last + 1)
    rand = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    number = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | rand
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_run_id(text: str) -> bool:
    """Whether ``text`` has the form of a whole run id."""
    return len(text) == 36 and all(
        char == "-" if at in (8, 13, 18, 23) else char in "0123456789abcdef" for at, char in enumerate(text)
    )
