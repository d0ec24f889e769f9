"""What has been found out about a piece of parsed code is remembered on its tree.

Cells and modules are looked at many times, by many rules, and again after every edit of another cell. The answers stay
on the tree: they live as long as it does, and trees are never changed after parsing.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

_Tree = TypeVar("_Tree", bound=ast.AST)
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Node = TypeVar("_Node", bound=ast.AST)
_KEY = "_cellift_remembered"


def remembered(
    function: Callable[Concatenate[_Tree, _Given], _Result],
) -> Callable[Concatenate[_Tree, _Given], _Result]:
    """For a pure function of a statement or module, whose result nobody changes.

    Of what it was asked with other arguments (given by place, compared by value) the last result is kept.
    """
    ask: Callable[..., Any] = function
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def once(tree: Any, *given: Any) -> Any:
        content = tree.__dict__
        known = content.get(_KEY)
        if known is None:
            known = content.setdefault(_KEY, {})
        entry = known.get(name)
        if entry is None or entry[0] != given:
            entry = known[name] = (given, ask(tree, *given))
        return entry[1]

    return once  # type: ignore[return-value]  # the tree may not be given by name


def walk(tree: ast.AST) -> Sequence[ast.AST]:
    """All nodes, in the order of ``ast.walk``: remembered for statements and modules, read anew for expressions."""
    return _nodes(tree) if isinstance(tree, (ast.stmt, ast.Module)) else tuple(ast.walk(tree))


def of_kind(tree: ast.AST, *kinds: type[_Node]) -> Iterator[_Node]:
    """The nodes of these kinds, in the order of ``ast.walk``; subclasses are not looked for."""
    if not isinstance(tree, (ast.stmt, ast.Module)):
        yield from (node for node in ast.walk(tree) if type(node) in kinds)  # type: ignore[misc]
    elif len(kinds) == 1:
        yield from _by_kind(tree).get(kinds[0], ())  # type: ignore[misc]
    elif not _by_kind(tree).keys().isdisjoint(kinds):
        yield from (node for node in _nodes(tree) if type(node) in kinds)  # type: ignore[misc]


def fresh_copy(tree: _Tree) -> _Tree:
    """A copy that may be changed: it remembers nothing."""
    made = copy.deepcopy(tree)
    for node in ast.walk(made):
        node.__dict__.pop(_KEY, None)
    return made


@remembered
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


@remembered
def _by_kind(tree: ast.AST) -> dict[type[ast.AST], tuple[ast.AST, ...]]:
    found: dict[type[ast.AST], list[ast.AST]] = {}
    for node in _nodes(tree):
        found.setdefault(type(node), []).append(node)
    return {kind: tuple(nodes) for kind, nodes in found.items()}
