"""How a step ended: from its exit code and its ``result.json`` to the record. Pure but for reading that file."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
from typing import TYPE_CHECKING, Any

from cellift.supervise.signal_words import describe_signal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESULT = "result.json"
RESERVE = "result.reserve"
_NUMBERS: dict[str, type[int] | type[float]] = {"int": int, "uint": int, "float": float}
_RESERVE_BYTES = 16 * 1024
_TAIL_BYTES = 8192
_TAIL_LINES = 20


def read_result(task_folder: Path) -> dict[str, Any] | None:
    """What the step said about itself, or None when it did not get that far."""
    try:
        value = json.loads((task_folder / RESULT).read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and "ok" in value else None


def set_result_aside(tasks_folder: Path) -> None:
    """Make room for what a step has to say about a full disk; without room there is nothing to set aside."""
    try:
        (tasks_folder / RESERVE).write_bytes(b" " * _RESERVE_BYTES)
    except OSError:
        give_back_reserve(tasks_folder)


def give_back_reserve(tasks_folder: Path) -> None:
    """Remove what :func:`set_result_aside` made, if no step took it."""
    with contextlib.suppress(OSError):
        (tasks_folder / RESERVE).unlink()


def exit_status(code: int) -> int:
    """The exit code as a shell shows it: 128 + N for a process ended by signal N."""
    return code if code >= 0 else 128 - code


def log_tail(log: Path) -> str:
    """The last lines of a log, for a step that could not say itself what went wrong."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_TAIL_LINES:])


def failure(
    name: str, code: int, result: Mapping[str, Any] | None, *, disk_full: bool, tail: str = ""
) -> dict[str, Any] | None:
    """The error of a step that ended with ``code`` (-N: by signal N) and ``result``; None when it succeeded.

    ``tail``: the end of its log.
    """
    if result is not None and not result["ok"]:
        error = dict(result["error"])
        if disk_full and error.get("type") == "OSError" and os.strerror(errno.ENOSPC) in error["message"]:
            message = f"Step {name} could not write: the disk is full. Free some room and run again."
            error.update(reason="DiskFull", message=message, code="CL513")
        return error
    if code == 0 and result is not None:
        return None
    if disk_full:
        message = f"Step {name} could not write its results: the disk is full. Free some room and run again."
        return {"reason": "DiskFull", "message": message, "code": "CL513"}
    if code < 0:
        message = f"Step {name} was ended by {describe_signal(-code)}."
        return {"reason": "Killed", "message": message, "code": "CL511", "traceback": tail or None}
    message = (
        f"Step {name} ended with exit code {code} before its code was through: something called os._exit, "
        "or a library ended the process."
    )
    return {"reason": "Exited", "message": message, "code": "CL512", "traceback": tail or None}


def numbers(outputs: list[Mapping[str, Any]]) -> dict[str, int | float]:
    """The outputs that are finite plain numbers, whole ones as int: what tables show as metrics."""
    found: dict[str, int | float] = {}
    for item in outputs:
        kind = str(item.get("type", "")).rpartition(".")[2]
        # float, float64, int, uint8 …: NumPy's scalars count as numbers too.
        number = _NUMBERS.get(kind.rstrip("0123456789"))
        if number is None:
            continue
        try:
            # The preview of a NumPy scalar has its type before the number.
            value = number(str(item.get("preview", "")).rpartition(" ")[2])
        except ValueError:
            continue
        if math.isfinite(value):
            found[item["name"]] = value
    return found
