"""Functions that use files, as values: ``reader = open``, ``partial(open, "a.txt")``, ``map(pd.read_csv, paths)``.

What they will be called with cannot be told, so whatever uses such a value may use any file.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from cellift.notebook.scopes.effects import FILE_READERS, TABLE_WRITERS, WRITE_FIRST
from cellift.project.remembered import of_each_cell, of_kind

_OF_MODULES = (
    FILE_READERS
    | WRITE_FIRST
    | frozenset("dump open copy copy2 copyfile copytree move rename remove replace unlink rmtree makedirs".split())
    | frozenset("mkdir rmdir listdir walk glob iglob".split())
)
_SUITABLE = frozenset("os os.path shutil io json pickle glob pandas numpy joblib codecs gzip".split())


class FileValues:
    """Where a notebook mentions such functions without calling them, and the names that may stand for them."""

    def __init__(self, statements: Sequence[ast.stmt], full: Callable[[ast.expr], str]) -> None:
        """``full`` gives the full name of what comes from an import."""
        self._names: set[str] = set()
        self._given: set[int] = set()
        for statement, candidates in (one for several in _candidates_in(statements) for one in several):
            self._read(statement, candidates, full)

    def _read(
        self, statement: ast.stmt, candidates: Sequence[ast.Name | ast.Attribute], full: Callable[[ast.expr], str]
    ) -> None:
        called = {id(node.func) for node in of_kind(statement, ast.Call)}
        inner = {id(node.value) for node in of_kind(statement, ast.Attribute)}
        found = {id(node) for node in candidates if id(node) not in called | inner and _uses_files(node, full)}
        if not found:
            return
        for node in of_kind(statement, ast.Assign):
            if any(id(part) in found for part in ast.walk(node.value)):
                self._names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        # A call takes the function and may call it at once; a plain assignment only gives it another name.
        for call in of_kind(statement, ast.Call):
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
                self._given.update(id(part) for part in ast.walk(argument) if id(part) in found)

    @property
    def all(self) -> tuple[frozenset[str], frozenset[int]]:
        """All that it has found."""
        return frozenset(self._names), frozenset(self._given)

    def used(self, nodes: Iterable[ast.AST]) -> bool:
        """Whether the code mentions such a name, or hands such a function to a call."""
        if not self._names and not self._given:
            return False
        return any(
            id(part) in self._given
            or (isinstance(part, ast.Name) and part.id in self._names and isinstance(part.ctx, ast.Load))
            for node in nodes
            for part in ast.walk(node)
        )


def _uses_files(node: ast.Name | ast.Attribute, full: Callable[[ast.expr], str]) -> bool:
    if isinstance(node, ast.Name) and node.id == "open":
        return True
    module, _, name = full(node).rpartition(".")
    if module in _SUITABLE:
        return name in _OF_MODULES or name.startswith("read_")
    return isinstance(node, ast.Attribute) and node.attr in TABLE_WRITERS and not module


@of_each_cell
def _candidates_in(
    statements: Sequence[ast.stmt],
) -> list[tuple[ast.stmt, tuple[ast.Name | ast.Attribute, ...]]]:
    return [(one, candidates) for one in statements if (candidates := _candidates(one))]


def _candidates(statement: ast.stmt) -> tuple[ast.Name | ast.Attribute, ...]:
    names = (node for node in of_kind(statement, ast.Name) if _may_be_one(node, node.id))
    attributes = (node for node in of_kind(statement, ast.Attribute) if _may_be_one(node, node.attr))
    return (*names, *attributes)


def _may_be_one(node: ast.Name | ast.Attribute, name: str) -> bool:
    if not isinstance(node.ctx, ast.Load):
        return False
    return name in _OF_MODULES or name in TABLE_WRITERS or name.startswith("read_")


def computed_name(function: ast.expr) -> bool:
    """``getattr(table, "to_" + kind)(...)``: nobody can tell which method it is."""
    if not isinstance(function, ast.Call) or not isinstance(function.func, ast.Name) or function.func.id != "getattr":
        return False
    return len(function.args) > 1 and not isinstance(function.args[1], ast.Constant)
