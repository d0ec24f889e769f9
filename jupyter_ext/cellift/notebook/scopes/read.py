"""What a top-level statement reads, binds and changes, with Python's scopes."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cellift.notebook.scopes import assignments, branches, by_text, calls, definitions, expressions, main_module
from cellift.notebook.scopes.facts import Facts
from cellift.notebook.scopes.mangling import with_private_names
from cellift.notebook.scopes.reader import Around, Reader, StarNames, Visits

_VISITS: Visits = {
    **expressions.VISITS,
    **by_text.VISITS,
    **main_module.VISITS,
    **calls.VISITS,
    **assignments.VISITS,
    **definitions.VISITS,
    **branches.VISITS,
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
