"""Names that are bound by their text: ``globals()[f"v{n}"] = x`` may bind each name of that form in the notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cellift.notebook.flow.missing import ALWAYS_THERE, Missing
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.facts import Binding, Kind, Use


class NamesByText:
    """Which names such a statement may bind; what they are is seen when the step has run.

    The names are those that stand somewhere in the notebook. Who looks up others by their text is refused.
    """

    def __init__(self, statements: Sequence[Statement], current: Mapping[str, Version], missing: Missing) -> None:
        self._current = current
        self._missing = missing
        self._names = _names_in(statements)
        self._makers: list[Statement] = []

    def bind(self, pattern: str, statement: Statement, use: Use, binds: dict[str, Binding]) -> None:
        """Add the names of the form ``pattern`` to ``binds``; what is imported is taken to stay."""
        self._makers.append(statement)
        for name in self._names:
            known = self._current.get(name)
            if (known is None and name in ALWAYS_THERE) or not re.fullmatch(pattern, name):
                continue
            if known is None or known.kind is not Kind.IMPORT:
                binds.setdefault(name, Binding(name, Kind.DATA, use.line, use.column))

    def look_up(self, statement: Statement, use: Use) -> None:
        """The statement may read any name."""
        maker = next((one for one in self._makers if one.owner != statement.owner), None)
        if maker is not None:
            self._missing.report_unseen(statement, use, maker)


def _names_in(statements: Sequence[Statement]) -> list[str]:
    """Every name that is read; empty where none is bound by its text."""
    facts = [statement.facts for statement in statements]
    bodies = [body for one in facts for body in (*one.bodies.values(), *one.held)]
    if not any(one.binds_like for one in facts) and not any(body.binds_like for body in bodies):
        return []
    found = {name for body in bodies for name in body.reads}
    return sorted(found.union(*(one.reads for one in facts)))
