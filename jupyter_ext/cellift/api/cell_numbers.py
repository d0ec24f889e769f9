"""Cell numbers of a recorded run: people count cells, the record names them by id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellift.runs.model import Run


def cell_numbers(folder: Path, record: Run) -> Mapping[str, int]:
    """Return cell id -> 1-based position in the notebook as it was when the run started.

    Empty when the run in *folder* kept no copy of its notebook (a pipeline file was run).
    """
    snapshot = record["source"]["snapshot"]
    if not snapshot:
        return {}
    from cellift.notebook.cells import parse_notebook
    from cellift.notebook.diagnostics import RefusedError

    try:
        notebook = parse_notebook((folder / snapshot).read_bytes())
    except (OSError, RefusedError):
        # The copy is an extra of the record: without it the place is told by the cell's id.
        return {}
    return {cell.id: cell.number for cell in notebook.cells}
