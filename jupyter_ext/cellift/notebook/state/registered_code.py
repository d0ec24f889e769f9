"""Classes and functions that a library is given and that keep something themselves, as a count of their calls.

Every step gives the library its own copy, and a library that calls it shows in no source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement, Travel, Version


def registered_code_that_keeps(statements: Iterable[Statement], step_names: Mapping[int, str]) -> Iterator[Diagnostic]:
    """An error for every repeated statement that gives such a class or function away in more than one step."""
    last = max(step_names, default=0)
    for statement in statements:
        if statement.travel is not Travel.REPLAY or max(statement.owner, 1) >= last:
            continue
        for name in sorted(statement.facts.referenced & statement.reads.keys()):
            kept = _keeps(statement.reads[name].version)
            if kept:
                yield diagnose(
                    "CL302",
                    f"`{name}`, which {step_names[statement.owner]} gives to a library, keeps {kept} while it is used; "
                    "each step would begin with another one.",
                    cell=statement.code.cell.id,
                    line=statement.node.lineno,
                    fix=f"Keep it in an object that steps hand on, or use `{name}` in one step only and make it there.",
                )


def _keeps(version: Version) -> str:
    body = version.body if version.code is not None else None
    if body is None:
        return ""
    return f"`{body.holds}`" if body.holds else "something in itself" if version.name in body.changes else ""
