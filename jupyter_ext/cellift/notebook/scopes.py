"""What a top-level statement reads, binds and changes, with Python's scopes."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cellift.notebook import (
    scopes_assignments,
    scopes_calls,
    scopes_definitions,
    scopes_expressions,
    scopes_flow,
    scopes_lookups,
    scopes_main,
)
from cellift.notebook.facts import Facts
from cellift.notebook.mangling import with_private_names
from cellift.notebook.scopes_reader import Around, Reader, StarNames, Visits

_VISITS: Visits = {
    **scopes_expressions.VISITS,
    **scopes_lookups.VISITS,
    **scopes_main.VISITS,
    **scopes_calls.VISITS,
    **scopes_assignments.VISITS,
    **scopes_definitions.VISITS,
    **scopes_flow.VISITS,
}


def read_statement(
    statement: ast.stmt,
    column: Callable[[ast.expr | ast.stmt], int],
    around: Around | None = None,
    star_names: StarNames | None = None,
) -> Facts:
    """The facts of one top-level statement.

    ``column`` gives a node's column as people count; ``star_names`` tells what ``from M import *`` brings.
    """
    reader = Reader(_VISITS, column, around or Around(), star_names)
    reader.visit(with_private_names(statement))
    return reader.finish()
