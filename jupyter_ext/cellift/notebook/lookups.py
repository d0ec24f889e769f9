"""Names that are looked up by text: ``globals()["x"]``, ``"x" in locals()``, ``df.query("a > @x")``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

#: Calls without arguments that give a namespace.
_NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
_AT_NAME = re.compile(r"@([^\W\d]\w*)")
_FORMATTERS = frozenset({"format", "format_map", "substitute", "safe_substitute", "query", "eval"})
#: Calls that use their functions at once and keep none.
_AT_ONCE = frozenset(
    "sorted sort sort_values max min reduce apply map applymap transform agg aggregate filter pipe assign groupby "
    "sum any all list tuple dict set join nlargest nsmallest where mask rename accumulate groupby fromfunction "
    "vectorize apply_along_axis timeit minimize curve_fit quad solve_ivp".split()
)
_LAZY = frozenset({"map", "filter", "groupby", "accumulate", "vectorize"})


def is_namespace(node: ast.AST | None) -> bool:
    """A call like ``globals()``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _NAMESPACES
        and not node.args
        and not node.keywords
    )


def text_of(node: ast.AST | None) -> str | None:
    """The text that a node is, if it stands there."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def names_after_at(texts: Iterable[str]) -> set[str]:
    """``x`` of ``"a > @x"``."""
    return {name for text in texts for name in _AT_NAME.findall(text)}


def formats_names(node: ast.Call) -> bool:
    """``text.format(**locals())``, ``frame.query(text, local_dict=locals())``."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in _FORMATTERS


def uses_functions_at_once(node: ast.Call) -> bool:
    """``sorted(x, key=f)``, ``frame.apply(f)``: nothing keeps ``f`` afterwards."""
    if isinstance(node.func, ast.Name):
        return node.func.id in _AT_ONCE - _LAZY
    return isinstance(node.func, ast.Attribute) and node.func.attr in _AT_ONCE
