"""The Python interface: ``cellift.run``, ``cellift.runs`` and the `Run` that they give.

Nothing is loaded before it is used, as ``import cellift`` and the kernel extension have budgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.api.handle import Run, TaskView
    from cellift.api.objects.handle import Data, data
    from cellift.api.run_list import RunList, runs
    from cellift.api.starting import run

__all__ = ["Data", "Run", "RunList", "TaskView", "data", "run", "runs"]

_MODULES = {
    "Data": "cellift.api.objects.handle",
    "data": "cellift.api.objects.handle",
    "Run": "cellift.api.handle",
    "TaskView": "cellift.api.handle",
    "RunList": "cellift.api.run_list",
    "runs": "cellift.api.run_list",
    "run": "cellift.api.starting",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'cellift.api' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_MODULES[name]), name)
