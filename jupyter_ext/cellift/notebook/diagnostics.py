"""Messages to the user that point at a cell: one shape for CLI, REST, editor squiggles and sidebar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cellift.notebook.codes import CATALOGUE

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a notebook.

    ``cell`` is a cell id; ``line`` counts from 1 within that cell and ``column`` from 1 in characters.
    """

    code: str
    severity: Severity
    message: str
    cell: str | None = None
    line: int | None = None
    column: int | None = None
    fix: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The keys that the CLI, REST and the front end rely on."""
        return {
            "code": self.code,
            "severity": self.severity,
            "cell": self.cell,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "fix": self.fix,
        }


def diagnose(
    code: str,
    message: str,
    *,
    cell: str | None = None,
    line: int | None = None,
    column: int | None = None,
    fix: str | None = None,
) -> Diagnostic:
    """A diagnostic whose severity comes from the catalogue (``KeyError`` for a code that is not in it)."""
    return Diagnostic(code, CATALOGUE[code].severity, message, cell, line, column, fix)


class RefusedError(Exception):
    """The input is refused; ``diagnostics`` says why. The text of the exception is the first message."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        first = next((d for d in self.diagnostics if d.severity == "error"), None)
        super().__init__(first.message if first else "The input is refused.")
