"""Names whose objects code gives away: to a call that may change them, to another name, into another object.

What is only looked at (`CONFIG["rate"]`, `for item in ITEMS`, `len(ITEMS)`) stays as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cellift.project.dotted import last_name
from cellift.project.remembered import remembered

#: Calls that take an object and neither change nor keep it.
_ONLY_LOOK = frozenset(
    "len print sum str repr isinstance type id hash any all bool float int format range deepcopy join dumps display "
    "pprint".split()
)
#: Calls whose result holds the members of what they take, and not that itself.
_COPY_MEMBERS = frozenset("list dict tuple set frozenset sorted reversed min max zip enumerate copy".split())
_LOOKING_METHODS = frozenset("get items keys values copy index count".split())
_LOOKS = (ast.Compare, ast.UnaryOp, ast.FormattedValue, ast.JoinedStr, ast.Expr, ast.Assert)


@remembered
def names_handed_out(node: ast.AST, members: bool) -> frozenset[str]:
    """Those names, also in the bodies of functions. ``members``: giving away a member counts as well."""
    return frozenset(_names(node, False, members))


def _names(node: ast.AST, given: bool, members: bool) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if given and isinstance(node.ctx, ast.Load):
            yield node.id
        return
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _names(child, _gives(node, field, given, members), members)


def _gives(node: ast.AST, field: str, given: bool, members: bool) -> bool:
    """Whether the object of a name at this place of ``node`` is given away, when the value of ``node`` is ``given``."""
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if field == "func" or name in _ONLY_LOOK:
            return False
        return (members and given) if name in _COPY_MEMBERS else True
    if isinstance(node, ast.keyword):
        return given and (members or node.arg is not None)
    if isinstance(node, ast.Starred):
        return given and members
    if isinstance(node, ast.Attribute):
        return members if isinstance(node.ctx, ast.Load) and node.attr in _LOOKING_METHODS else True
    if isinstance(node, ast.Subscript):
        return field == "value" and (not isinstance(node.ctx, ast.Load) or (members and given))
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return members and field == "iter"
    if isinstance(node, ast.BinOp):
        return members and given
    tests = isinstance(node, (ast.If, ast.While, ast.IfExp)) and field == "test"
    return not isinstance(node, _LOOKS) and not tests
