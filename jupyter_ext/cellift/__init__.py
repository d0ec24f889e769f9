"""Cellift lifts notebook cells to pipelines and training runs.

``import cellift`` stays light: everything is loaded on first use.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cellift._version import __version__

if TYPE_CHECKING:
    from cellift.api import Run, data, run, runs

__all__ = ["Run", "__version__", "data", "run", "runs"]

_FROM_API = frozenset({"Run", "data", "run"})


def __getattr__(name: str) -> Any:
    """Load the Python interface on first use (budget: ``import cellift`` within 0.05 s)."""
    if name == "runs":
        import importlib

        return importlib.import_module("cellift.runs")
    if name in _FROM_API:
        from cellift import api

        return getattr(api, name)
    raise AttributeError(f"module 'cellift' has no attribute {name!r}")


class _CallableRuns(ModuleType):
    """The room ``cellift.runs``, which is also the function ``cellift.runs()``, whichever is used first."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from cellift import api

        return api.runs(*args, **kwargs)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # The import system sets a room as an attribute when it is loaded, and would hide the function of its name.
        if name == "runs" and isinstance(value, ModuleType):
            value.__class__ = _CallableRuns
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext cellift``: the magics live in the package of the kernel side."""
    from cellift_kernel import load_ipython_extension as load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext cellift``."""
    from cellift_kernel import unload_ipython_extension as unload

    unload(shell)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the server extension."""
    from cellift.server import extension_points

    return extension_points()


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where ``jupyter-builder develop`` finds the built front end."""
    return [{"src": "labextension", "dest": "@cellift/labextension"}]
