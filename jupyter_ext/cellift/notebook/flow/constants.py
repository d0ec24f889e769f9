"""Constants of the set-up that can be changed: which of them a step may change without its source showing it.

Each step has a copy of ``ITEMS = []``. A step that gives the list away (to a function that nobody knows, to another
name) may change its copy, and nobody would notice: then the list is a value that comes from the set-up, and is watched.
A parameter comes from nowhere; it counts as changed where it is given away.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.scopes.facts import Change, Kind
from cellift.notebook.scopes.handed_out import names_handed_out

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class ConstantUse:
    """What is known so far of them, by the index of the statement that makes them."""

    def __init__(self) -> None:
        #: Index of a statement -> the last step that uses what it makes, the first that may change it.
        self._last: dict[int, int] = {}
        self._first: dict[int, int] = {}

    def note(self, statement: Statement, used: Iterable[tuple[Statement, bool]]) -> None:
        """The statement's step uses what `used` gives."""
        for maker, given_away in used:
            index = maker.index
            self._last[index] = max(statement.owner, self._last.get(index, statement.owner))
            if given_away:
                self._first[index] = min(statement.owner, self._first.get(index, statement.owner))

    def used(self, statement: Statement, current: Mapping[str, Version]) -> list[tuple[Statement, bool]]:
        """What the statement reads: who makes it, and whether the statement gives it away."""
        return [
            (read.version.statement, self._is_given_away(name, read, statement, current))
            for name, read in _constants(statement, Travel.COPY)
        ]

    def changed_parameters(self, statement: Statement, current: Mapping[str, Version]) -> dict[str, Change]:
        """Parameters that the statement gives away."""
        return {
            name: Change(name, read.use.line, read.use.column, "it is given away")
            for name, read in _constants(statement, Travel.PARAMETER)
            if self._is_given_away(name, read, statement, current)
        }

    def to_keep(self) -> set[int]:
        """Statements that make what one step may change and a later one uses."""
        return {index for index, owner in self._first.items() if owner < self._last[index]}

    @staticmethod
    def _is_given_away(name: str, read: Read, statement: Statement, current: Mapping[str, Version]) -> bool:
        members = _has_members_that_change(read.version.statement.node)
        if name in names_handed_out(statement.node, members):
            return True
        function = current.get(read.via) if read.via is not None else None
        parts = function.chain() if function is not None else ()
        return any(name in names_handed_out(part.statement.node, members) for part in parts)


def _constants(statement: Statement, travel: Travel) -> list[tuple[str, Read]]:
    """What the statement reads of constants that travel so and can be changed; nothing of what a definition names."""
    if isinstance(statement.node, _DEFINITIONS):
        return []
    reads = ((name, read, read.version) for name, read in statement.reads.items())
    return [
        (name, read)
        for name, read, version in reads
        if version.kind is Kind.CONSTANT and not version.immutable and version.statement.travel is travel
    ]


def _has_members_that_change(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    containers = (ast.List, ast.Dict, ast.Set)
    return value is not None and sum(isinstance(part, containers) for part in ast.walk(value)) > 1
