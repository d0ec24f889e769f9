"""Which notebook is this kernel's? No front end says so for certain: every answer is verified by the running cell."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# A front end that has told what it saves is given this long to save it, in seconds.
_PATIENCE = 10.0
_LOOK_EVERY = 0.05

# After a rename only the folder of the old name is known; large folders are not read whole.
_MOST_SIBLINGS = 200


_announced: tuple[str, Mapping[str | None, str]] | None = None
"""The cell that is about to run, and the code cells of its notebook (id -> source) as the front end has them."""


class OwnNotebookError(Exception):
    """The notebook of this kernel cannot be told, or its file is behind what was run; the message says what to do."""


def announce(cell: str, cells: Mapping[str | None, str]) -> None:
    """Note what the front end is saving: the notebook of ``cell``, which runs next, with the code cells ``cells``."""
    global _announced  # noqa: PLW0603 - a kernel has one notebook in front of it
    _announced = (cell, cells)


def own_notebook(patience: float = _PATIENCE) -> Path:
    """Return the file of the notebook that this code runs in.

    Where the front end has told what it is saving (`announce`), the file is waited for, at most ``patience`` seconds,
    until it has all code cells as they were in the browser. Else the hint is ``JPY_SESSION_NAME``, which goes stale
    when the notebook is renamed; the proof is the id (else the source) of the running cell. Raises `OwnNotebookError`
    outside a notebook, when no file has the cell, and when the saved cell differs from the one that runs.
    """
    global _announced
    cell_id, source = _running_cell()
    hint = session_path()
    if hint is None:
        raise OwnNotebookError("The front end does not say which notebook this is. Give the path of the notebook.")
    announced, _announced = _announced, None
    if announced and announced[0] == cell_id:
        return _saved_as(announced[1], hint, patience)
    return _with_running_cell(hint, cell_id, source)


def _saved_as(cells: Mapping[str | None, str], hint: Path, patience: float) -> Path:
    """Wait for the file whose code cells are ``cells``."""
    deadline = time.monotonic() + patience
    while True:
        for path in _candidates(hint):
            saved = _code_cells(path)
            # More cells than told are new ones: running the last cell makes one below it.
            if all(cell in saved and _same(saved[cell], source) for cell, source in cells.items()):
                return path
        if time.monotonic() > deadline:
            raise OwnNotebookError(
                f"The notebook was not saved near {hint} as it is in the browser, and a run takes the saved notebook. "
                "Save it, look for what keeps it from being saved, and run the cell again."
            )
        time.sleep(_LOOK_EVERY)


def _with_running_cell(hint: Path, cell_id: str | None, source: str) -> Path:
    stale = None
    for path in _candidates(hint):
        cells = _code_cells(path)
        if cell_id in cells:
            if _same(cells[cell_id], source):
                return path
            stale = path
        elif cell_id is None and any(_same(cell, source) for cell in cells.values()):
            return path
    if stale:
        raise OwnNotebookError(
            f"The running cell is not yet saved in {stale.name} as it is here, and a run takes the saved notebook. "
            "Save the notebook and run the cell again."
        )
    raise OwnNotebookError(
        f"The running cell is in no saved notebook near {hint}. Save the notebook and run the cell again, or give the "
        "path of the notebook."
    )


def session_path() -> Path | None:
    """Return where the notebook was when this kernel started: a hint, good enough to list runs by. None if unknown."""
    hint = os.environ.get("JPY_SESSION_NAME")
    return Path(os.path.abspath(hint)) if hint else None  # noqa: PTH100 - links stay as the user sees them


def _running_cell() -> tuple[str | None, str]:
    """Id, when the front end sends it, and source of the cell that runs now."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise OwnNotebookError("This is no notebook: give the path of one, as in cellift.run('notebook.ipynb').")
    # Only the shell of a kernel has a parent: the request that it answers.
    parent: Mapping[str, Any] = shell.get_parent() if hasattr(shell, "get_parent") else {}
    source = parent.get("content", {}).get("code")
    if not isinstance(source, str):
        raise OwnNotebookError("This is no notebook: give the path of one, as in cellift.run('notebook.ipynb').")
    cell_id = parent.get("metadata", {}).get("cellId")
    return (cell_id if isinstance(cell_id, str) else None), source


def _candidates(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    siblings = [other for other in path.parent.glob("*.ipynb") if other != path] if path.parent.is_dir() else []
    yield from sorted(siblings, key=_modified, reverse=True)[:_MOST_SIBLINGS]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # removed meanwhile


def _code_cells(path: Path) -> dict[str | None, str]:
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return {
            cell.get("id", f"cell-{index}"): "".join(cell["source"])
            for index, cell in enumerate(cells)
            if cell["cell_type"] == "code"
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # not a notebook, so not this one


def _same(saved: str, executed: str) -> bool:
    # Front ends differ in the newline at the end.
    return saved.rstrip("\n") == executed.rstrip("\n")
