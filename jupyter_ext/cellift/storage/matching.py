"""Which objects are meant: by name, size and age, in the words of ``mc find``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase

from cellift.storage.api import ObjectInfo

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?", re.IGNORECASE)
_AGE_PART = re.compile(r"(\d+)(ms|[ywdhms])")
_SECONDS = {"y": 365 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


def parse_size(text: str) -> int:
    """Return the bytes of ``64``, ``64KB`` (1000 each), ``64KiB`` (1024), as ``mc`` reads them; else ValueError."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no size; write for example 64KB, 64KiB or 1.5GB")
    power = " kmgtpe".index(found[2].lower() or " ")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def parse_age(text: str) -> timedelta:
    """Return a length of time such as ``7d10h31s`` (y, w, d, h, m, s, ms), as ``mc`` reads it; else ValueError."""
    parts = _AGE_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no length of time; write for example 7d10h or 30m")
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in parts))


@dataclass(frozen=True)
class Wanted:
    """What an object must be; a rule that is None holds for all.

    ``name`` is a pattern (``*``, ``?``, ``[a-z]``) for the last segment of the key, ``path`` one for the whole target,
    and ``regex`` is looked for in the whole target. An object without a time is neither older nor newer than anything.
    """

    name: str | None = None
    path: str | None = None
    regex: re.Pattern[str] | None = None
    larger: int | None = None
    smaller: int | None = None
    older: timedelta | None = None
    newer: timedelta | None = None

    def takes(self, info: ObjectInfo, target: str, now: datetime | None = None) -> bool:
        """Whether the object, whose whole target is *target*, is one."""
        if self.name is not None and not fnmatchcase(info.key.rstrip("/").rpartition("/")[2], self.name):
            return False
        if self.path is not None and not fnmatchcase(target, self.path):
            return False
        if self.regex is not None and not self.regex.search(target):
            return False
        if self.larger is not None and info.size <= self.larger:
            return False
        if self.smaller is not None and info.size >= self.smaller:
            return False
        return self._has_age(info.modified, now or datetime.now(timezone.utc))

    def _has_age(self, modified: datetime | None, now: datetime) -> bool:
        if self.older is None and self.newer is None:
            return True
        if modified is None:
            return False
        age = now - modified
        return (self.older is None or age > self.older) and (self.newer is None or age < self.newer)
