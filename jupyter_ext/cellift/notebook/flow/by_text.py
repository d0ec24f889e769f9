"""Names that are bound by their text: ``globals()[f"v{n}"] = x`` may bind each name of that form in the notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cellift.notebook.flow.blocks import Block, of_each_block
from cellift.notebook.flow.missing import ALWAYS_THERE, Missing
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.facts import Binding, Body, Facts, Kind, Use


class NamesByText:
    """Which names such a statement may bind; what they are is seen when the step has run.

    The names are those that stand somewhere in the notebook. Who looks up others by their text is refused.
    """

    def __init__(self, blocks: Sequence[Block], current: Mapping[str, Version], missing: Missing) -> None:
        self._current = current
        self._missing = missing
        self._names = _names_in(blocks)
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


def _names_in(blocks: Sequence[Block]) -> list[str]:
    """Every name that is read; empty where none is bound by its text."""
    if not any(_bind_by_text(blocks)):
        return []
    return sorted(frozenset().union(*_read_by(blocks)))


@of_each_block
def _bind_by_text(statements: Sequence[Statement]) -> bool:
    facts = [statement.facts for statement in statements]
    return any(one.binds_like for one in facts) or any(body.binds_like for one in facts for body in _bodies(one))


@of_each_block
def _read_by(statements: Sequence[Statement]) -> frozenset[str]:
    facts = [statement.facts for statement in statements]
    found = {name for one in facts for body in _bodies(one) for name in body.reads}
    return frozenset(found.union(*(one.reads for one in facts)))


def _bodies(facts: Facts) -> list[Body]:
    return [*facts.bodies.values(), *facts.held]
