"""Diagnostics as text: place, code, message, the source line with a caret, the fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellift.notebook.cells import Notebook
    from cellift.notebook.diagnostics import Diagnostic

Paint = Callable[[str, str], str]
"""(text, style name) -> text for the terminal; the styles are severities, ``dim`` and ``bold``."""


def plain(text: str, _style: str) -> str:
    """Return *text* as it is: the `Paint` for files and pipes."""
    return text


def worth_interrupting(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """What people are told while they do something else: all but infos, which `cellift check` and the sidebar list."""
    return [diagnostic for diagnostic in diagnostics if diagnostic.severity != "info"]


def diagnostic_lines(
    diagnostics: Iterable[Diagnostic], notebook: Notebook | None = None, paint: Paint = plain
) -> list[str]:
    """Return the lines to print; *notebook* gives cell numbers and source lines."""
    cells = {cell.id: cell for cell in notebook.cells} if notebook else {}
    lines: list[str] = []
    for one in diagnostics:
        cell = cells.get(one.cell) if one.cell else None
        place = ""
        if one.cell:
            place = f"cell {cell.number}" if cell else f"cell {one.cell}"
            place += f", line {one.line}: " if one.line else ": "
        head = paint(f"{one.severity} {one.code}", one.severity)
        first, *more = one.message.splitlines() or [""]
        lines.append(f"{paint(place, 'bold')}{head}: {first}")
        lines += [f"    {line}" for line in more]
        if cell and one.line:
            lines += _excerpt(cell.source, one.line, one.column, paint)
        if one.fix:
            lines.append(f"  {paint('fix:', 'bold')} {one.fix}")
    return lines


def counts(diagnostics: Iterable[Diagnostic]) -> str:
    """Return ``1 error, 2 warnings``, or ``no problems``."""
    found: dict[str, int] = {"error": 0, "warning": 0}
    for one in diagnostics:
        found[one.severity] = found.get(one.severity, 0) + 1
    parts = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in _told(found) if count]
    return ", ".join(parts) or "no problems"


def _told(found: Mapping[str, int]) -> list[tuple[str, int]]:
    return [("error", found["error"]), ("warning", found["warning"])]


def _excerpt(source: str, line: int, column: int | None, paint: Paint) -> list[str]:
    all_lines = source.splitlines()
    if not 1 <= line <= len(all_lines):
        return []
    text = all_lines[line - 1].rstrip()
    shown = [f"    {text}"]
    if column and column <= len(text) + 1:
        # Tabs stay tabs, so that the caret stands where the terminal draws the character.
        shift = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
        shown.append(paint(f"    {shift}^", "error"))
    return shown
