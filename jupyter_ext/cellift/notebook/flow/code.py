"""Functions and classes that must not be copied: who uses them, and which of them hold objects that change."""

from __future__ import annotations

from collections.abc import Iterable

from cellift.notebook.flow.statements import Statement, Travel, Version


def definitions_used(statement: Statement) -> list[Statement]:
    """The statements that define the functions and classes which the step of the statement needs for it."""
    if statement.travel is Travel.COPY:
        return []
    versions = (read.version for read in statement.reads.values())
    return [version.definition().statement for version in versions if version.code is not None]


class CodeUse:
    """What is known so far of the notebook's own functions and classes, by the index of their statement."""

    def __init__(self) -> None:
        #: Index of a definition -> the steps that use it.
        self._used_by: dict[int, set[int]] = {}
        #: Statements of functions and classes that hold objects which change.
        self._stateful: dict[int, set[int]] = {}
        #: Statements whose functions or classes are used, in values, where their name means another one.
        self._superseded: set[int] = set()

    def note_users(self, statement: Statement, definitions: Iterable[Statement]) -> None:
        """The statement's step uses what these make."""
        for definition in definitions:
            self._used_by.setdefault(definition.index, set()).add(statement.owner)

    def note_superseded(self, version: Version) -> None:
        """It is used although its name has come to mean another."""
        self._superseded.update(one.statement.index for one in version.chain())

    def note_changed(self, version: Version) -> None:
        """What a function or class holds is changed."""
        definition = version.definition().statement.index
        self._stateful.setdefault(definition, set()).update(one.statement.index for one in version.chain())

    def to_keep(self) -> set[int]:
        """Statements whose functions and classes have to cross as values."""
        stateful = [
            indexes for definition, indexes in self._stateful.items() if len(self._used_by.get(definition, ())) > 1
        ]
        return self._superseded.union(*stateful)
