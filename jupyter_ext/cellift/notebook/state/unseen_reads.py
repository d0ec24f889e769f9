"""State of modules beside the notebook that a step may read where its source does not show it.

``cross_validate(models.Scaler(), …)`` calls ``fit``, which asks for ``models.level``. Where an earlier step hands that
on to anybody, every step in which code of the modules may run takes it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cellift.notebook.flow.statements import Statement, Travel, Version

OF_MODULES = "state:module:"


class UnseenReads:
    """Of the statements of a notebook, in document order."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._makers: dict[str, list[Statement]] = {}
        self._taken: set[Version] = set()
        self._calling: set[Statement] = set()
        for statement in statements if any(one.facts.loads_modules for one in statements) else ():
            reads = [read.version for read in statement.reads.values()]
            if statement.facts.loads_modules or any(version.statement in self._calling for version in reads):
                self._calling.add(statement)
            self._taken.update(version for version in reads if version.statement.owner != statement.owner)
            for name in statement.makes:
                if name.startswith(OF_MODULES):
                    self._makers.setdefault(name, []).append(statement)

    def of(self, owner: int, statements: Iterable[Statement]) -> list[tuple[Version, Statement]]:
        """What the step ``owner`` has to begin with, each with the first of its ``statements`` that may ask for it."""
        first = next((one for one in statements if one in self._calling), None) if self._makers else None
        return [(version, first) for version in self._before(owner)] if first is not None else []

    def _before(self, owner: int) -> Iterator[Version]:
        """Of each state the last version, if a step above hands on any: the guard of the runner has not found that."""
        for name, makers in self._makers.items():
            above = [one for one in makers if one.owner < owner]
            if any(one.travel is Travel.OWN and one.makes[name] in self._taken for one in above):
                last = above[-1]
                if last.travel is Travel.OWN:
                    yield last.makes[name]
