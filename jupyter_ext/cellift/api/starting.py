"""``cellift.run``: start a notebook as a pipeline on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.api.handle import Run

if TYPE_CHECKING:
    from cellift.runs.store import RunStore


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

    Raises ``RefusedError`` (with ``diagnostics``) when the notebook cannot be run truthfully: nothing is recorded then;
    `OwnNotebookError` when *nb* is not given and cannot be told, and in a step of a run of the same notebook.
    """
    from cellift.api.own_notebook import own_notebook
    from cellift.config.paths import home
    from cellift.engine.launch import prepare_notebook, start_prepared
    from cellift.runs.store import RunStore

    path = own_notebook() if nb is None else Path(os.path.abspath(nb))  # noqa: PTH100 - links stay as the user sees them
    store = RunStore(home())
    _refuse_within_itself(path, store)
    prepared = prepare_notebook(path.read_bytes(), str(path), overrides=params, step=step)
    launch = start_prepared(prepared, home=store.home, python=python, cwd=str(path.parent))
    started = Run(launch.run_id, store, prepared.diagnostics)
    return started.wait() if wait else started


def _refuse_within_itself(path: Path, store: RunStore) -> None:
    """A cell that starts its own notebook, taken for a part of a step, would start runs without end."""
    from cellift.api.own_notebook import OwnNotebookError
    from cellift.runs.errors import RunStoreError
    from cellift.supervise.names import RUN_ID

    outer = os.environ.get(RUN_ID)
    if not outer:
        return
    try:
        notebook = store.load(outer)["source"]["notebook"]
    except RunStoreError:
        return  # a run of another store
    if notebook == str(path):
        raise OwnNotebookError(
            f"A step of {path.name} starts {path.name} again. Mark the cell as skipped, so that it belongs to no step."
        )
