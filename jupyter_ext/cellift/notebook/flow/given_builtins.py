"""Names that a notebook gives to everybody: ``builtins.show = print``."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.notebook.flow.statements import Statement
from cellift.notebook.state.aliases import imported_names, imports_module
from cellift.project.dotted import dotted_name
from cellift.project.remembered import of_kind


def given_builtins(statements: Sequence[Statement]) -> dict[str, int]:
    """The names, with the place of the statement that gives each first."""
    nodes = [statement.node for statement in statements]
    if not imports_module(nodes, "builtins"):
        return {}
    names = imported_names(nodes)
    found: dict[str, int] = {}
    for statement in statements:
        for node in of_kind(statement.node, ast.Attribute):
            assert isinstance(node, ast.Attribute)
            if isinstance(node.ctx, ast.Store) and names.get(dotted_name(node.value) or "") == "builtins":
                found.setdefault(node.attr, statement.index)
    return found
