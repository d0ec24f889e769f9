"""Times as the record writes them: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

import time


def timestamp(seconds: float | None = None) -> str:
    """``2026-01-31T12:00:00.123Z`` for ``seconds`` since the epoch (default: now)."""
    millis = int((time.time() if seconds is None else seconds) * 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(millis // 1000))}.{millis % 1000:03d}Z"
