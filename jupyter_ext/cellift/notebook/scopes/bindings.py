"""The names that a function's body makes local, as Python's compiler decides it: before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def target_names(target: ast.AST) -> Iterator[ast.Name]:
    """The plain names that an assignment target binds (not attributes or items)."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, ast.Starred):
        yield from target_names(target.value)


def parameter_names(arguments: ast.arguments) -> list[str]:
    """Every parameter of a function, positional ones first, in the order of a call."""
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    names.extend(argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument)
    return names


def local_names(body: Iterable[ast.AST]) -> tuple[set[str], set[str], set[str]]:
    """Names bound in a function body, names declared ``global``, and names declared ``nonlocal``.

    Nested functions and classes count by their own name only; a walrus in a comprehension binds here.
    """
    bound: set[str] = set()
    global_names: set[str] = set()
    nonlocal_names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
            pending.extend(node.decorator_list)
            if isinstance(node, ast.ClassDef):
                pending.extend(node.bases)
            else:
                pending.extend(node.args.defaults)
                pending.extend(default for default in node.args.kw_defaults if default)
            continue
        if isinstance(node, ast.Lambda):
            pending.extend(node.args.defaults)
            continue
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            bound.update(_walrus_names(node))
            continue
        if isinstance(node, ast.Global):
            global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocal_names.update(node.names)
        else:
            bound.update(_bound_by(node))
        pending.extend(ast.iter_child_nodes(node))
    bound -= global_names
    bound -= nonlocal_names
    return bound, global_names, nonlocal_names


def _bound_by(node: ast.AST) -> Iterator[str]:
    """What this node alone binds."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name.split(".")[0]
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
    ):
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _walrus_names(comprehension: ast.AST) -> Iterator[str]:
    for node in ast.walk(comprehension):
        if isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name):
            yield node.target.id
