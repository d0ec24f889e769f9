"""What functions and classes of modules beside the notebook do to the objects they are given, from their source."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cellift.notebook.scopes.facts import Body, Change
from cellift.notebook.scopes.keeping import gives_kept_state
from cellift.notebook.scopes.lending import lending_methods, lent_by
from cellift.notebook.scopes.methods import changing_methods
from cellift.notebook.scopes.read import read_statement
from cellift.notebook.scopes.reader import Around
from cellift.notebook.scopes.storing import note_stored

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class LocalFunctions:
    """Bodies by full name. What they do to variables of their own module is no business of the notebook's names."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._modules: dict[str, dict[str, Body]] = {}
        self._all: dict[str, dict[str, Body]] = {}  # with what they do to their module

    def body(self, full: str) -> Body | None:
        """The body of ``MODULE.NAME``; None for what is no function or class at the top of a local module."""
        module, _, name = full.rpartition(".")
        if module not in self._modules:
            self._modules[module] = self._read(module)
        return self._modules[module].get(name)

    def keeps(self, full: str) -> bool:
        """Whether what a call of it gives keeps something from one use to the next: a counter around a function."""
        module, _, name = full.rpartition(".")
        return self.body(full) is not None and gives_kept_state({name}, self._all[module].get)

    def is_class(self, full: str) -> bool:
        """Whether ``MODULE.NAME`` is a class at the top of a local module."""
        module, _, name = full.rpartition(".")
        tree = self._project.tree(module)
        return any(isinstance(node, ast.ClassDef) and node.name == name for node in (tree.body if tree else ()))

    def gives(self, full: str, lending: Collection[str]) -> list[str]:
        """Variables of its module, in full, of which a call of the function may give back something.

        ``lending``: methods that give back their object.
        """
        module, _, name = full.rpartition(".")
        if self.body(full) is None:
            return []
        tree = self._project.tree(module)
        found = set(self._all[module][name].returns)
        for node in (each for each in (tree.body if tree else ()) if getattr(each, "name", "") == name):
            found.update(*(lent_by(part, lending) for part in ast.walk(node) if isinstance(part, ast.Return)))
        return [f"{module}.{each}" for each in sorted(found)]

    def lending_methods(self, modules: tuple[str, ...]) -> frozenset[str]:
        """Methods of the classes in these modules that give back their object, or a part of it."""
        trees = [self._project.tree(name) for name in modules]
        return lending_methods(node for tree in trees if tree is not None for node in tree.body)

    def _read(self, module: str) -> dict[str, Body]:
        tree = self._project.tree(module)
        nodes = tree.body if tree is not None else []
        methods = changing_methods(nodes)
        found: dict[str, Body] = {}
        for node in nodes:
            if isinstance(node, _DEFINITIONS):
                try:
                    facts = read_statement(node, lambda one: one.col_offset + 1, Around(methods))
                    note_stored(node, facts, methods)
                except RecursionError:
                    continue
                found.update(facts.bodies)
        self._all[module] = found
        return {name: _alone(body, found) for name, body in found.items()}

    def changing_methods(self, modules: tuple[str, ...]) -> frozenset[str]:
        """Methods of the classes in these modules that change their object."""
        trees = [self._project.tree(name) for name in modules]
        return changing_methods(node for tree in trees if tree is not None for node in tree.body)


def _alone(body: Body, others: Mapping[str, Body]) -> Body:
    """The body with what the functions that it calls do to its parameters, and without global names."""
    parameters = body.every_parameter
    return replace(
        body,
        reads={},
        changes={},
        binds={},
        calls=[],
        changed_parameters=_changed(body, others, frozenset()),
        returns=body.returns & parameters,
        reads_all=False,
        binds_like=set(),
        stored={(holder, held) for holder, held in body.stored if holder in parameters and held in parameters},
    )


def _changed(body: Body, others: Mapping[str, Body], seen: frozenset[str]) -> dict[str, Change]:
    changed = dict(body.changed_parameters)
    for call in body.calls:
        called = others.get(call.function)
        if called is None or call.function in seen:
            continue
        inner = _changed(called, others, seen | {call.function})
        for parameter, names in [*zip(called.parameters, call.positional, strict=False), *call.keywords]:
            for name in names if parameter in inner else ():
                if name in body.every_parameter:
                    changed.setdefault(name, Change(name, call.line, call.column, f"{call.function}()"))
    return changed
