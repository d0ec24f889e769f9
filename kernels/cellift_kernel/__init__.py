"""The kernel side of Cellift: ``%load_ext cellift`` gives ``%%step``, ``%pipeline``, ``%runs`` and ``%data``.

Loaded by itself when a notebook with steps is opened, so it loads nothing more than it needs: analysis, runs and
values come with the first magic that uses them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics in *shell* (IPython 8.18 or newer). Again is harmless."""
    from cellift_kernel.magics import register

    register(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take away what loading added."""
    from cellift_kernel.magics import unregister

    unregister(shell)
