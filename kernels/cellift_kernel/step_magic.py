"""``%%step NAME …``: the cell runs as usual; the line is checked by the same parser as in the pipeline."""

from __future__ import annotations

from typing import Any

_MARK = "%%step"


def take_step_line(lines: list[str]) -> list[str]:
    """Return the lines of a cell with a valid ``%%step`` line made a comment, so that line numbers stay.

    An input transformer. The line becomes a comment and not an empty line: another cell magic below it would otherwise
    work here and nowhere else. Raises ``UsageError`` for a line that the pipeline would refuse.
    """
    if not lines or not lines[0].startswith(_MARK) or lines[0][len(_MARK) :][:1] not in ("", " ", "\t", "\n"):
        return lines
    _check(lines[0][len(_MARK) :].strip())
    return [f"# {lines[0]}", *lines[1:]]


# IPython also transforms what is only typed, to see whether it is complete: nothing is refused there.
take_step_line.has_side_effects = True  # type: ignore[attr-defined]


def run_step(shell: Any, line: str, cell: str) -> None:
    """Run the body of a step that is called by name. Raises ``UsageError`` when the body failed (it was shown)."""
    from IPython.core.error import UsageError

    name = _check(line)
    if not shell.run_cell(cell).success:
        raise UsageError(f"step {name} failed")


def _check(line: str) -> str:
    from cellift.notebook.directives import parse_step_line

    try:
        return parse_step_line(line)[0]
    except ValueError as error:
        from IPython.core.error import UsageError

        raise UsageError(f"The %%step line: {error}. It is written as %%step NAME.") from None
