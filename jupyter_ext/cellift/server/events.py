"""Run events on Jupyter's event bus: the schema, and how they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from jupyter_events import EventLogger

SCHEMA_ID = "https://schema.cellift.dev/run/v1"
SCHEMA_FILE = Path(__file__).with_name("run-event.yaml")


class _Change(TypedDict):
    run_id: str
    state: str
    seq: int


class RunEvent(_Change, total=False):
    """A run, or with ``task_id`` a task of it, changed; the browser fetches the rest by ``seq``."""

    task_id: str


def emit(event_logger: EventLogger, events: Iterable[RunEvent]) -> None:
    """Send ``events`` to whoever subscribed. To be called on the event loop."""
    for event in events:
        event_logger.emit(schema_id=SCHEMA_ID, data=dict(event))
