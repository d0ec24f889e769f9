"""``cellift.run``: start a notebook as a pipeline on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cellift.api.run import Run


def run(
    nb: str | os.PathLike[str] | None = None,
    params: Mapping[str, Any] | None = None,
    step: str | None = None,
    python: str | None = None,
    wait: bool = False,
) -> Run:
    """Start the notebook *nb* (in a notebook by default that notebook, as saved) and return its `Run` at once.

    *params* override the notebook's parameters; *step* runs that step and what it needs; *python* is another
    interpreter than that of the notebook's kernelspec; with *wait* the run is over on return.

    Raises ``RefusedError`` (with ``diagnostics``) when the notebook cannot be run truthfully: nothing is recorded then.
    """
    from cellift.api.own_notebook import own_notebook
    from cellift.config.paths import home
    from cellift.engine.launch import start_notebook
    from cellift.runs.store import RunStore

    path = own_notebook() if nb is None else Path(os.path.abspath(nb))  # noqa: PTH100 - links stay as the user sees them
    store = RunStore(home())
    launch = start_notebook(
        path.read_bytes(), str(path), home=store.home, overrides=params, step=step, python=python, cwd=str(path.parent)
    )
    started = Run(launch.run_id, store)
    return started.wait() if wait else started
