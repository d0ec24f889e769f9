"""A step of a run while it is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cellift.runs import states
from cellift.supervise.names import task_tag

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step:
    """A task and where it stands. ``pid`` is 0 while there is no process."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.plan = plan
        self.id: str = plan["id"]
        self.name: str = plan["name"]
        self.installs: list[str] = plan.get("installs", [])
        self.state = states.QUEUED
        self.attempt = 1
        self.told_inputs = plan["inputs"]
        """Where its inputs come from, as the record has it."""
        self.why: str | None = None
        """Why it runs again."""
        self.waits: str | None = None
        """What it was told to wait for."""
        self.stale = False
        """Whether what it does is void: it is being ended, and will run again."""
        self.pid = 0
        self.launch = ""

    @property
    def tag(self) -> str:
        """What marks the processes of this attempt."""
        return task_tag(self.id, self.attempt)
