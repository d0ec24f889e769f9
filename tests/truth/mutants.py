"""Rules and guards switched off, one at a time: every ``if`` of a module never taken, every filter let through.

A mutant is made in memory: the function's code object is replaced in the running process, so that whoever has imported
the function sees it. Nothing is written. The modules that travel to a container are changed in both places in which a
process may have them: ``cellift.values.writer`` and, made from the text of the bootstrap, ``_cellift.values.writer``.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

Change = Callable[[int, ast.expr], ast.expr]
"""Place of a condition in its function and the condition; gives what stands there instead."""


@dataclass(frozen=True)
class Mutant:
    """The ``place``-th condition inside the outermost function ``owner`` of a module.

    ``condition`` is its text, with a number where the function has the same text again.
    """

    module: str
    owner: str
    place: int
    condition: str
    is_filter: bool

    @property
    def key(self) -> str:
        """What names it in a list that survives edits elsewhere in the file."""
        return f"{self.module}:{self.owner}: {self.condition}"


def find_mutants(module: str) -> list[Mutant]:
    """All conditions in the functions of a module."""
    found = []
    for owner, function in _functions(_tree(module)).items():
        times: dict[str, int] = {}
        for place, (test, is_filter) in enumerate(_conditions(function)):
            text = " ".join(ast.unparse(test).split())
            times[text] = times.get(text, 0) + 1
            again = f" [{times[text]}]" if times[text] > 1 else ""
            found.append(Mutant(module, owner, place, text + again, is_filter))
    return found


def switch_off(mutant: Mutant) -> None:
    """The rule behind the condition does nothing, for the rest of this process."""
    off = ast.Constant(value=mutant.is_filter)
    _change(mutant.module, {mutant.owner: lambda place, test: off if place == mutant.place else test})


def watch(mutants: list[Mutant], seen: Callable[[int], None]) -> None:
    """Call ``seen`` with the index of a mutant each time that its condition decides otherwise than when it is off."""

    def condition(index: int, value: Any) -> bool:
        if value:
            seen(index)
            return True
        return False

    def let_through(index: int, value: Any) -> bool:
        if value:
            return True
        seen(index)
        return False

    by_module: dict[str, dict[str, dict[int, tuple[int, str]]]] = {}
    for index, one in enumerate(mutants):
        name = "_mutation_filter" if one.is_filter else "_mutation_if"
        by_module.setdefault(one.module, {}).setdefault(one.owner, {})[one.place] = (index, name)
    for module, owners in by_module.items():
        for live in _live(module):
            vars(live).update(_mutation_if=condition, _mutation_filter=let_through)
        _change(module, {owner: _watched(places) for owner, places in owners.items()})


def _watched(places: Mapping[int, tuple[int, str]]) -> Change:
    def change(place: int, test: ast.expr) -> ast.expr:
        if place not in places:
            return test
        index, name = places[place]
        return ast.Call(ast.Name(name, ast.Load()), [ast.Constant(index), test], [])

    return change


def find_caches(modules: list[str]) -> list[Any]:
    """The functions of these modules that remember what they gave."""
    lives = [live for name in modules for live in _live(name)]
    found = [each for live in lives for each in vars(live).values()]
    return [each for each in found if hasattr(each, "cache_clear") and not isinstance(each, type)]


def _change(module: str, changes: Mapping[str, Change]) -> None:
    names = {owner.partition(".")[0] for owner in changes}
    kept = [each for each in _tree(module).body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    kept += [each for each in _tree(module).body if getattr(each, "name", "") in names]
    tree = copy.deepcopy(ast.Module(kept, []))
    functions = _functions(tree)
    for owner, change in changes.items():
        place = 0
        for node in ast.walk(functions[owner]):
            if isinstance(node, ast.If):
                node.test = change(place, node.test)
                place += 1
            elif isinstance(node, ast.comprehension):
                node.ifs = [change(place + index, test) for index, test in enumerate(node.ifs)]
                place += len(node.ifs)
    for live in _live(module):
        compiled = compile(ast.fix_missing_locations(tree), str(live.__file__), "exec", dont_inherit=True)
        for owner in changes:
            _function(live, owner).__code__ = _code(compiled, owner.split("."))


def _live(module: str) -> list[ModuleType]:
    return [sys.modules[name] for name in (module, f"_{module}") if name in sys.modules]


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8"))


def _conditions(function: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    for node in ast.walk(function):
        if isinstance(node, ast.If):
            yield node.test, False
        elif isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield test, True


def _functions(tree: ast.Module) -> dict[str, ast.AST]:
    """Path -> outermost function. The last of several by one path is the one that the module has."""
    return dict(_outermost(tree, ()))


def _outermost(tree: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ".".join((*path, node.name)), node
        elif isinstance(node, ast.ClassDef):
            yield from _outermost(node, (*path, node.name))


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
