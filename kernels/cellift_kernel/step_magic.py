"""``%%step NAME …``: the cell runs as usual; the line is checked by the same parser as in the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MARK = "%%step"
_FETCHING = "cellift_kernel.fetching"


def take_step_line(lines: list[str]) -> list[str]:
    """Return the lines of a cell with a valid ``%%step`` line made a comment, so that line numbers stay.

    An input transformer. The line becomes a comment (behind what gives its inputs their names) and not an empty line:
    another cell magic below it would otherwise work here and nowhere else. Raises ``UsageError`` for a line that the
    pipeline would refuse.
    """
    if not lines or not lines[0].startswith(_MARK) or lines[0][len(_MARK) :][:1] not in ("", " ", "\t", "\n"):
        return lines
    inputs = _inputs(_check(lines[0][len(_MARK) :].strip())[1])
    return [f"{inputs}  # {lines[0]}" if inputs else f"# {lines[0]}", *lines[1:]]


# IPython also transforms what is only typed, to see whether it is complete: nothing is refused there.
take_step_line.has_side_effects = True  # type: ignore[attr-defined]


def run_step(shell: Any, line: str, cell: str) -> None:
    """Run the body of a step that is called by name. Raises ``UsageError`` when the body failed (it was shown)."""
    from IPython.core.error import UsageError

    name, options = _check(line)
    inputs = _inputs(options)
    if not shell.run_cell(f"{inputs}\n{cell}" if inputs else cell).success:
        raise UsageError(f"step {name} failed")


def _inputs(options: Mapping[str, list[str]]) -> str:
    """The statements that fetch the objects that the step reads, and keep their local paths under their names."""
    if "input" not in options:
        return ""
    from cellift.notebook.data_inputs import read_inputs

    fetch = f"__import__({_FETCHING!r}, fromlist=['fetch_input']).fetch_input"
    named = [one for one in read_inputs(options["input"]) if one.name]
    # All ASCII: what is in a key must not end the line or hide it.
    return "; ".join(f"{one.name} = {fetch}({one.connection!a}, {one.bucket!a}, {one.key!a})" for one in named)


def _check(line: str) -> tuple[str, dict[str, list[str]]]:
    from cellift.notebook.directives import parse_step_line

    try:
        return parse_step_line(line)
    except ValueError as error:
        from IPython.core.error import UsageError

        raise UsageError(f"The %%step line: {error}. It is written as %%step NAME.") from None
