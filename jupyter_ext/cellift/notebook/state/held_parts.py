"""Names that may hold what a module beside the notebook keeps: ``h = {"t": helpers.TABLE}``, ``m = helpers.Model()``.

Where such a name is used the state of the module counts: in another process the object is found in the module, which
has to be as the steps above have left it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Container, Iterable

from cellift.notebook.scopes.facts import Body, Facts
from cellift.notebook.scopes.lending import lent_by
from cellift.notebook.scopes.sharing import shared_names

Slots = frozenset[str]
_NONE: Slots = frozenset()


class HeldParts:
    """``slots_of`` tells what a name or a path like ``helpers.TABLE`` keeps, ``given_by`` what calling it may give.

    ``lending``: methods of the module's classes that give back their object.
    ``imported`` are names of the modules themselves, and other names for what they have: those are looked at elsewhere.
    """

    def __init__(
        self,
        imported: Container[str],
        slots_of: Callable[[ast.expr], Slots],
        given_by: Callable[[ast.expr], Slots],
        lending: Collection[str],
    ) -> None:
        self._lending = lending
        self._imported = imported
        self._slots_of = slots_of
        self._given_by = given_by
        self._held: dict[str, Slots] = {}

    def used(self, facts: Facts | Body) -> dict[str, Slots]:
        """Names that the code reads -> what they may hold."""
        return {name: self._held[name] for name in facts.reads if name in self._held}

    def changed(self, facts: Facts) -> Slots:
        """What the statement may change through such a name."""
        return _NONE.union(*map(self.of, facts.changes))

    def of(self, name: str) -> Slots:
        """What the name may hold now."""
        return self._held.get(name, _NONE)

    def note(self, facts: Facts, node: ast.stmt) -> None:
        """What the statement binds, and what it changes, may hold from here on what is in it."""
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        bound = self._of(value) if value is not None else self._of_all(ast.walk(node))
        for name, binding in facts.binds.items():
            before = self._held.pop(name, _NONE) if binding.certain else self.of(name)
            now = _NONE if binding.immutable else bound
            now |= _NONE if binding.certain else before
            if now:
                self._held[name] = now
        given = self._of_all(ast.walk(node)) if facts.changes else _NONE
        for name in facts.changes if given else ():
            if name not in self._imported and not name.startswith("state:"):
                self._held[name] = self.of(name) | given

    def _of(self, value: ast.expr) -> Slots:
        """What the value of an expression may be, hold or be a part of."""
        shared = {name.id for name in shared_names(value)} | lent_by(value, self._lending)
        found = _NONE.union(*map(self.of, shared))
        for part in ast.walk(value):
            if isinstance(part, ast.Call):
                found |= self._given_by(part.func)
            elif isinstance(part, (ast.Name, ast.Attribute)) and _root(part) in shared:
                found |= self._slots_of(part)
        return found

    def _of_all(self, nodes: Iterable[ast.AST]) -> Slots:
        found = _NONE
        for part in nodes:
            if isinstance(part, ast.Call):
                found |= self._given_by(part.func)
            elif isinstance(part, (ast.Name, ast.Attribute)):
                found |= self._slots_of(part)
                found |= self.of(part.id) if isinstance(part, ast.Name) else _NONE
        return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
