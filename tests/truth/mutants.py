"""Rules and guards switched off, one at a time: every ``if`` of a module never taken, every filter let through.

A mutant is made in memory: the function's code object is replaced in the running process, so that whoever has imported
the function sees it. Nothing is written.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """The ``place``-th condition of a module's source, inside the outermost function ``owner``."""

    module: str
    owner: str
    place: int
    condition: str

    @property
    def key(self) -> str:
        """What names it in a list that survives edits elsewhere in the file."""
        return f"{self.module}:{self.owner}: {self.condition}"


def find_mutants(module: str) -> list[Mutant]:
    """All conditions in the functions of a module, in the order of its source."""
    tree = ast.parse(_source(importlib.import_module(module)))
    found = []
    for place, (owner, test) in enumerate(_conditions(tree)):
        found.append(Mutant(module, owner, place, " ".join(ast.unparse(test).split())))
    return found


def switch_off(mutant: Mutant) -> None:
    """Replace the code of the function that holds the condition, for the rest of this process."""
    module = importlib.import_module(mutant.module)
    tree = ast.parse(_source(module))
    _Off(mutant.place).edit(tree)
    compiled = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec", dont_inherit=True)
    live = _function(module, mutant.owner)
    live.__code__ = _code(compiled, mutant.owner.split("."))


def _source(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


def _conditions(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for owner, function in _outermost(tree, ()):
        for node in ast.walk(function):
            if isinstance(node, ast.If):
                yield owner, node.test
            elif isinstance(node, ast.comprehension):
                for test in node.ifs:
                    yield owner, test


def _outermost(tree: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ".".join((*path, node.name)), node
        elif isinstance(node, ast.ClassDef):
            yield from _outermost(node, (*path, node.name))


class _Off:
    """Sets the condition at a place (in the order of ``_conditions``) so that its rule does nothing."""

    def __init__(self, place: int) -> None:
        self._left = place

    def edit(self, tree: ast.Module) -> None:
        for _, function in _outermost(tree, ()):
            for node in ast.walk(function):
                if isinstance(node, ast.If):
                    if self._left == 0:
                        node.test = ast.Constant(value=False)
                    self._left -= 1
                elif isinstance(node, ast.comprehension):
                    for index in range(len(node.ifs)):
                        if self._left == 0:
                            node.ifs[index] = ast.Constant(value=True)
                        self._left -= 1


def _function(module: ModuleType, owner: str) -> FunctionType:
    found: Any = module
    for name in owner.split("."):
        found = inspect.getattr_static(found, name)
    for wrapped in ("__func__", "fget", "func", "__wrapped__"):
        if not isinstance(found, FunctionType):
            found = getattr(found, wrapped, found)
    if not isinstance(found, FunctionType):
        raise TypeError(f"{owner} in {module.__name__} is no function of its own: {found!r}")
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found


def _code(compiled: CodeType, path: list[str]) -> CodeType:
    for name in path:
        # The last of several definitions by one name is the one that the module has.
        compiled = [one for one in compiled.co_consts if isinstance(one, CodeType) and one.co_name == name][-1]
    return compiled
