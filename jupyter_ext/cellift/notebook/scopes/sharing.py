"""Which names' objects an expression may give, hold or change."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from cellift.notebook.scopes.effects import FRESH_METHODS, SHARING_FUNCTIONS, SHARING_METHODS
from cellift.project.dotted import last_name


def shared_names(node: ast.expr | None, *, changed: bool = False) -> list[ast.Name]:
    """The plain names whose object ``node`` may be, hold, or be a part of.

    With ``changed`` the question is whose object changes when the value of ``node`` does: then the result of a
    method that is not known counts as a part of its object.
    """
    if node is None:
        return []
    if isinstance(node, ast.Name):
        return [node]
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Await, ast.FormattedValue)):
        return shared_names(node.value, changed=changed)
    if isinstance(node, ast.NamedExpr):
        return shared_names(node.value, changed=changed)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return _all(node.elts, changed)
    if isinstance(node, ast.Dict):
        return _all([*filter(None, node.keys), *node.values], changed)  # a key may be found by which object it is
    if isinstance(node, ast.IfExp):
        return _all((node.body, node.orelse), changed)
    if isinstance(node, ast.BoolOp):
        return _all(node.values, changed)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return _comprehension(node.elt, node.generators, changed)
    if isinstance(node, ast.DictComp):
        counted = {name for generator in node.generators for name in names_of_keys(generator)}
        keys = [] if isinstance(node.key, ast.Name) and node.key.id in counted else [node.key]
        return [found for part in (*keys, node.value) for found in _comprehension(part, node.generators, changed)]
    if isinstance(node, ast.Call):
        return _call(node, changed)
    return []


def names_of_keys(loop: ast.For | ast.AsyncFor | ast.comprehension) -> set[str]:
    """Names that a loop gives numbers, or the keys of a table: nearly always texts, which are equal to their copies."""
    target = loop.target
    keyed = isinstance(loop.iter, ast.Call) and last_name(loop.iter.func) in ("items", "enumerate", "iterrows")
    if keyed and isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name):
        return {target.elts[0].id}
    return set()


def _all(nodes: Iterable[ast.expr], changed: bool) -> list[ast.Name]:
    return [name for node in nodes for name in shared_names(node, changed=changed)]


def _comprehension(element: ast.expr, generators: list[ast.comprehension], changed: bool) -> list[ast.Name]:
    names = shared_names(element, changed=changed)
    if not names:
        return []
    sources = _all((generator.iter for generator in generators), changed)
    targets = {node.id for generator in generators for node in ast.walk(generator.target) if isinstance(node, ast.Name)}
    return [name for name in [*names, *sources] if name.id not in targets]


def _call(node: ast.Call, changed: bool) -> list[ast.Name]:
    name = last_name(node.func)
    found: list[ast.Name] = []
    if name in SHARING_FUNCTIONS or name[:1].isupper():
        found.extend(_all(node.args, changed))
        found.extend(_all((keyword.value for keyword in node.keywords), changed))
    unknown_counts = changed and name not in FRESH_METHODS
    if isinstance(node.func, ast.Attribute) and (name in SHARING_METHODS or unknown_counts):
        found.extend(shared_names(node.func.value, changed=changed))
    return found
