"""What has been found out about a piece of parsed code is remembered on its tree.

Cells and modules are looked at many times, by many rules, and again after every edit of another cell. The answers stay
on the tree: they live as long as it does, and trees are never changed after parsing.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

_Tree = TypeVar("_Tree", bound=ast.AST)
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Node = TypeVar("_Node", bound=ast.AST)
_MARK = "_cellift "


def remembered(
    function: Callable[Concatenate[_Tree, _Given], _Result],
) -> Callable[Concatenate[_Tree, _Given], _Result]:
    """For a pure function of a statement or module, whose result nobody changes.

    Of what it was asked with other arguments (given by place, compared by value) the last result is kept.
    """
    ask: Callable[..., Any] = function
    key = f"{_MARK}{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def once(tree: Any, *given: Any) -> Any:
        entry = tree.__dict__.get(key)
        if entry is None or entry[0] != given:
            entry = tree.__dict__[key] = (given, ask(tree, *given))
        return entry[1]

    return once  # type: ignore[return-value]  # the tree may not be given by name


class Statements(tuple[ast.stmt, ...]):
    """The statements of all cells in document order; ``cells`` has the tree of each."""

    cells: tuple[ast.Module, ...]
    #: What has been found out about all of them, by kind.
    found: dict[str, Any]

    @classmethod
    def of(cls, cells: Iterable[ast.Module]) -> Statements:
        """Those of these cells."""
        trees = tuple(cells)
        made = cls(statement for tree in trees for statement in tree.body)
        made.cells, made.found = trees, {}
        return made


def of_each_cell(
    function: Callable[Concatenate[Sequence[ast.stmt], _Given], _Result],
) -> Callable[Concatenate[Iterable[ast.stmt], _Given], list[_Result]]:
    """For a pure function of statements, whose result nobody changes: asked of all, it is asked of each cell.

    After an edit that of the edited one is new. Statements of which no cells are known count as one cell.
    """

    @wraps(function)
    def in_cell(tree: ast.Module, *given: Any) -> _Result:
        ask: Callable[..., _Result] = function
        return ask(tree.body, *given)

    once: Callable[..., _Result] = remembered(in_cell)

    @wraps(function)
    def of_all(statements: Iterable[ast.stmt], *given: Any) -> list[_Result]:
        if isinstance(statements, Statements):
            return [once(tree, *given) for tree in statements.cells]
        ask: Callable[..., _Result] = function
        return [ask(list(statements), *given)]

    return of_all  # type: ignore[return-value]  # the statements may not be given by name


def walk(tree: ast.AST) -> Sequence[ast.AST]:
    """All nodes, in the order of ``ast.walk``: remembered for statements and modules, read anew for expressions."""
    return _nodes(tree) if isinstance(tree, (ast.stmt, ast.Module)) else tuple(ast.walk(tree))


def of_kind(tree: ast.AST, *kinds: type[_Node]) -> Sequence[_Node]:
    """The nodes of these kinds, in the order of ``ast.walk``; subclasses are not looked for."""
    nodes: Iterable[ast.AST]
    known = tree.__dict__.get(_KINDS)
    if known is None and not isinstance(tree, (ast.stmt, ast.Module)):
        nodes = ast.walk(tree)
    else:
        by_kind = _by_kind(tree) if known is None else known[1]
        if len(kinds) == 1:
            return by_kind.get(kinds[0], ())  # type: ignore[return-value]
        if by_kind.keys().isdisjoint(kinds):
            return ()
        nodes = _nodes(tree)
    return [node for node in nodes if type(node) in kinds]  # type: ignore[misc]


def fresh_copy(tree: _Tree) -> _Tree:
    """A copy that may be changed: it remembers nothing."""
    made = copy.deepcopy(tree)
    for node in ast.walk(made):
        for key in [key for key in node.__dict__ if key.startswith(_MARK)]:
            del node.__dict__[key]
    return made


#: Asked so often that the call of the function counts.
_KINDS = f"{_MARK}{__name__}._by_kind"


@remembered
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


@remembered
def _by_kind(tree: ast.AST) -> dict[type[ast.AST], tuple[ast.AST, ...]]:
    found: dict[type[ast.AST], list[ast.AST]] = {}
    for node in _nodes(tree):
        found.setdefault(type(node), []).append(node)
    return {kind: tuple(nodes) for kind, nodes in found.items()}
