"""How states, times and sizes are written for people: one place for terminal, notebook and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cellift.runs import states

ICONS = {
    states.QUEUED: "◌",
    states.PREPARING: "◔",
    states.RUNNING: "◔",
    states.CANCELLING: "◔",
    states.SUCCEEDED: "✓",
    states.FAILED: "✕",
    states.CANCELLED: "⊘",
    states.SKIPPED: "–",  # noqa: RUF001 - the sign of UI.md
    states.CACHED: "⟲",
}
# A run id is a UUIDv7: its first 13 characters are the millisecond in which it was made.
SHORT_ID = 13


def icon(state: str) -> str:
    """Return the sign that stands beside the word of a state."""
    return ICONS.get(state, "◌")


def word(state: str) -> str:
    """Return a state in sentence case: ``Succeeded``."""
    return state.capitalize()


def duration(seconds: float | None) -> str:
    """Return a length of time with its units: ``12 ms``, ``4.1 s``, ``3 min 10 s``, ``2 h 5 min``, ``1 d 3 h``."""
    if seconds is None:
        return ""
    if seconds < 0.0995:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for big, big_word, small, small_word in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= big:
            rest = whole % big // small
            return f"{whole // big} {big_word}" + (f" {rest} {small_word}" if rest else "")
    return f"{whole} s"


def size(count: int) -> str:
    """Return a number of bytes with its unit: ``12 B``, ``1.2 GiB``."""
    if count < 1024:
        return f"{count} B"
    value = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        value /= 1024
        if value < 1023.95 or unit == "PiB":
            break
    return f"{value:.1f} {unit}"


def plural(count: int, noun: str) -> str:
    """Return ``1 step``, ``2 steps``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def seconds_between(started: str | None, finished: str | None) -> float | None:
    """Return the seconds from *started* to *finished* (to now when there is none); None before the start."""
    if not started:
        return None
    import time

    end = _timestamp(finished) if finished else time.time()
    return max(end - _timestamp(started), 0.0)


def clock(moment: str) -> str:
    """Return the local time of day of an RFC 3339 time: ``14:02:03``."""
    import time

    return time.strftime("%H:%M:%S", time.localtime(_timestamp(moment)))


def when(moment: str | None) -> str:
    """Return an RFC 3339 time for a list, in local time: ``14:02`` today, ``21 Nov 14:02`` before, with the year
    when it is another one.
    """
    if not moment:
        return ""
    import time

    then, now = time.localtime(_timestamp(moment)), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M", then)
    return time.strftime("%d %b %H:%M" if then[0] == now[0] else "%d %b %Y", then)


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return the shortest prefix, at least `SHORT_ID` long, that tells each id from the others given."""
    every = list(dict.fromkeys(ids))
    length = SHORT_ID
    while len({one[:length] for one in every}) < len(every):
        length += 1
    return {one: one[:length] for one in every}


def number(value: Any) -> str:
    """Return a metric's value: floats with four significant digits, everything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def where(error: Mapping[str, Any], number_of: Mapping[str, int]) -> str:
    """Return ``cell 4, line 2`` for an error of a run, as far as it is known; else an empty text."""
    cell = error.get("cell")
    if not cell:
        return ""
    place = f"cell {number_of[cell]}" if cell in number_of else f"cell {cell}"
    return f"{place}, line {error['line']}" if error.get("line") else place


def _timestamp(moment: str) -> float:
    from datetime import datetime

    # fromisoformat knows "Z" only from Python 3.11 on.
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
