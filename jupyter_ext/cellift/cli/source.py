"""The notebook or pipeline file that a command was given, and what is said when it is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose

if TYPE_CHECKING:
    from cellift.notebook.cells import Notebook

_PIPELINE_SUFFIXES = (".yaml", ".yml")


class Source(NamedTuple):
    """A file as it was read: its absolute path and its bytes."""

    path: Path
    data: bytes

    @property
    def is_pipeline(self) -> bool:
        """Whether this is a compiled pipeline (IR), by its suffix; everything else must be a notebook."""
        return self.path.suffix.lower() in _PIPELINE_SUFFIXES

    def notebook(self) -> Notebook:
        """Return the cells. Raises `RefusedError` for anything that is no Python notebook."""
        from cellift.notebook.cells import parse_notebook

        return parse_notebook(self.data, str(self.path))


def read_source(name: str) -> Source:
    """Read the file *name*. Raises `RefusedError` (CL001) when it cannot be read."""
    try:
        path = Path(os.path.abspath(name))  # noqa: PTH100 - links stay as the user sees them
        return Source(path, path.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        fix = "Check the path." if isinstance(error, FileNotFoundError) else None
        raise RefusedError([diagnose("CL001", f"{name} cannot be read: {why}.", fix=fix)]) from error


def refused(error: RefusedError, source: Source | None, *, as_json: bool) -> int:
    """Say why input is refused, on standard output as the only JSON document or on standard error; return 1."""
    if as_json:
        from cellift.cli.output import print_json

        print_json([one.to_dict() for one in error.diagnostics])
    else:
        print_diagnostics(error.diagnostics, source)
    return 1


def print_diagnostics(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...], source: Source | None) -> None:
    """Write errors and warnings for people to standard error, with the lines of *source* that they are about."""
    if not diagnostics:
        return
    from cellift.api.diagnostics_text import diagnostic_lines, worth_interrupting
    from cellift.cli.terminal import painter

    told = worth_interrupting(diagnostics)
    if told:
        print("\n".join(diagnostic_lines(told, readable(source), painter(sys.stderr))), file=sys.stderr)


def readable(source: Source | None) -> Notebook | None:
    """Return the cells of *source*, or None when there are none to show."""
    if source is None or source.is_pipeline:
        return None
    try:
        return source.notebook()
    except RefusedError:
        return None
