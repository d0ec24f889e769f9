"""``_`` and ``__``: the values that the notebook showed last, as far as they are of the same step."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.notebook.flow.statements import Statement
from cellift.notebook.scopes.effects import DISPLAY_FUNCTIONS
from cellift.project.dotted import last_name

LAST_VALUES = frozenset({"_", "__", "___"})


def shown_before(name: str, statements: Sequence[Statement], statement: Statement) -> bool:
    """Whether cells above, of the same step, show as many values as ``name`` has underscores.

    One that turns out to be None is not shown; the step then fails with the same code when it asks for the name.
    """
    shown = 0
    for one in statements:
        if one.owner == statement.owner and one.index < statement.index and one.code is not statement.code:
            shown += one.node is one.code.statements[-1] and _may_show(one)
    return shown >= len(name)


def _may_show(statement: Statement) -> bool:
    node = statement.node
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Call) and last_name(value.func) in DISPLAY_FUNCTIONS:
        return False
    return not statement.code.slice(node, node).source.endswith(";")
