"""Names that a notebook gives to everybody: ``builtins.show = print``."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.notebook.flow.blocks import Block, of_each_block
from cellift.notebook.flow.statements import Statement
from cellift.notebook.state.aliases import imported_names, imports_module
from cellift.project.dotted import dotted_name
from cellift.project.remembered import of_kind


def given_builtins(statements: Sequence[Statement], blocks: Sequence[Block]) -> dict[str, int]:
    """The names, with the place of the statement that gives each first."""
    if not any(_import_builtins(blocks)):
        return {}
    names = imported_names([statement.node for statement in statements])
    found: dict[str, int] = {}
    for statement in statements:
        for node in of_kind(statement.node, ast.Attribute):
            assert isinstance(node, ast.Attribute)
            if isinstance(node.ctx, ast.Store) and names.get(dotted_name(node.value) or "") == "builtins":
                found.setdefault(node.attr, statement.index)
    return found


@of_each_block
def _import_builtins(statements: Sequence[Statement]) -> bool:
    return imports_module([statement.node for statement in statements], "builtins")
