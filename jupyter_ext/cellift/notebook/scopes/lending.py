"""Methods that give back their object, or a part of it: ``return self``, ``return self.rows``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from cellift.notebook.scopes.sharing import shared_names


def lending_methods(nodes: Iterable[ast.stmt]) -> frozenset[str]:
    """Names of such methods of the classes at the top of a module."""
    classes = (node for node in nodes if isinstance(node, ast.ClassDef))
    methods = (item for node in classes for item in node.body if isinstance(item, ast.FunctionDef) and item.args.args)
    return frozenset(
        item.name
        for item in methods
        for part in ast.walk(item)
        if isinstance(part, ast.Return) and item.args.args[0].arg in {name.id for name in shared_names(part.value)}
    )


def lent_by(value: ast.AST, methods: Collection[str]) -> set[str]:
    """Names of the objects whose ``methods`` an expression calls: ``tracker`` of ``tracker.see(1)``."""
    called = (part.func for part in ast.walk(value) if isinstance(part, ast.Call))
    lending = (part for part in called if isinstance(part, ast.Attribute) and part.attr in methods)
    return {name.id for part in lending for name in shared_names(part.value)}
