"""What this machine has, and what to say when a step asks for more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def usable_cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def total_memory() -> int:
    """Bytes of memory of the machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def gpus() -> int:
    """NVIDIA GPUs of the machine, as its driver lists them."""
    try:
        return len(os.listdir("/proc/driver/nvidia/gpus"))  # noqa: PTH208 - a count
    except OSError:
        return 0


def shortages(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A warning for each task that asks for more than there is: it gets what there is."""
    cores, memory = usable_cores(), total_memory()
    found = []
    for task in tasks:
        asked = task["resources"]
        wants = []
        if asked.get("cpu", 0) > cores:
            wants.append(f"{asked['cpu']:g} cores, and this machine has {cores}")
        if memory and asked.get("memory", 0) > memory:
            wants.append(f"{asked['memory'] / 2**30:.1f} GiB of memory, and this machine has {memory / 2**30:.1f} GiB")
        if asked.get("gpu", 0) > gpus():
            wants.append(f"{asked['gpu']} GPUs, and this machine has {gpus()}")
        if wants:
            message = f"Step {task['name']} asks for {'; '.join(wants)}. It gets what there is."
            found.append({"code": "CL516", "message": message, "task": task["id"]})
    return found
