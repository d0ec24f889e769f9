"""Asking a run to stop, from any process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from cellift.runs.lock import read_owner
from cellift.supervise.control import send_command
from cellift.supervise.processes import is_process
from cellift.supervise.sweep import kill

if TYPE_CHECKING:
    from pathlib import Path


def request_cancel(folder: Path) -> bool:
    """Tell the supervisor of the run in ``folder`` to cancel; whether it could be told. Asking again is harmless.

    By the control socket; when nobody answers there, by SIGTERM to the process noted in the lock file, if that pid is
    still the same process.
    """
    answer = send_command(folder, "cancel")
    if answer is not None and answer.get("ok"):
        return True
    owner = read_owner(folder)
    if owner is None or not isinstance(owner.get("pid"), int):
        return False
    return is_process(owner["pid"], str(owner.get("start"))) and kill(owner["pid"], signal.SIGTERM)
