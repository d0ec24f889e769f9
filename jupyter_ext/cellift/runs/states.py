"""States of runs and tasks (CONTRACTS, "Runs")."""

from __future__ import annotations

QUEUED = "QUEUED"
PREPARING = "PREPARING"
RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
CANCELLING = "CANCELLING"
CANCELLED = "CANCELLED"
SKIPPED = "SKIPPED"
CACHED = "CACHED"

ALL = frozenset({QUEUED, PREPARING, RUNNING, SUCCEEDED, FAILED, CANCELLING, CANCELLED, SKIPPED, CACHED})
TERMINAL = frozenset({SUCCEEDED, FAILED, CANCELLED, SKIPPED, CACHED})
"""A run or task in one of these never changes again."""

INTERRUPTED = "Interrupted"
"""``error.reason`` of a run whose supervisor vanished."""


def is_terminal(state: str) -> bool:
    """Whether ``state`` is final."""
    return state in TERMINAL
