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
        #: Index of a definition -> where a part of it got another name, and where a copied statement changes parts.
        self._taken: dict[int, list[Statement]] = {}
        self._patched: dict[int, list[tuple[Statement, Version]]] = {}

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

    def note_taken(self, version: Version, statement: Statement) -> None:
        """A part of what the function or class holds has another name from this statement on."""
        self._taken.setdefault(version.definition().statement.index, []).append(statement)

    def note_patched(self, version: Version, statement: Statement) -> None:
        """The statement, which is copied as the function or class is, changes a part of it."""
        self._patched.setdefault(version.definition().statement.index, []).append((statement, version))

    def to_keep(self) -> set[int]:
        """Statements whose functions and classes have to cross as values."""
        for definition, patches in self._patched.items():
            for statement, version in patches:
                takers = {one.owner for one in self._taken.get(definition, ()) if one.index < statement.index}
                if takers:  # what has the other name would stay as it was
                    self.note_changed(version)
                    self._used_by.setdefault(definition, set()).update(takers, {statement.owner})
        stateful = [
            indexes for definition, indexes in self._stateful.items() if len(self._used_by.get(definition, ())) > 1
        ]
        return self._superseded.union(*stateful)
