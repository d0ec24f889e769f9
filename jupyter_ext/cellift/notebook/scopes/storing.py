"""Objects that are put into other objects: ``rows.append(row)``, ``box.item = x``, ``table["k"] = column``.

From there on the two share: a change of the one shows in the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from cellift.notebook.scopes.effects import STORING_FUNCTIONS, STORING_METHODS
from cellift.notebook.scopes.facts import Facts
from cellift.notebook.scopes.sharing import names_of_keys, shared_names
from cellift.project.dotted import last_name

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BY_PLACE = frozenset({"loc", "iloc", "at", "iat"})
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)

Pair = tuple[str, str]
"""(what holds, what is held): names."""


def note_stored(node: ast.stmt, facts: Facts, own_methods: frozenset[str]) -> None:
    """Add to a statement's facts what it, and the functions that it defines when they are called, put into what."""
    for holder, held in stored_by(node, own_methods):
        facts.shares.setdefault(holder, set()).add(held)
    for function in ast.walk(node):
        if isinstance(function, _FUNCTIONS) and function.name in facts.bodies:
            facts.bodies[function.name].stored |= stored_by_function(function, own_methods)


def stored_by(node: ast.AST, own_methods: frozenset[str] = frozenset()) -> set[Pair]:
    """What a statement puts into what, by the names in it; not what functions that it defines would do when called.

    ``own_methods`` are methods of the notebook's own classes that change their object: they may keep an argument.
    """
    nodes = list(_walk(node))
    counted = _counted(nodes)
    return {pair for one in nodes for pair in _stored(one, own_methods, counted)}


def stored_by_function(
    function: ast.FunctionDef | ast.AsyncFunctionDef, own_methods: frozenset[str] = frozenset()
) -> set[Pair]:
    """What a call of the function puts into what: pairs of its parameters and of global names."""
    found: set[Pair] = set()
    stands_for: dict[str, set[str]] = {}
    nodes = [one for statement in function.body for one in _walk(statement)]
    for _ in range(2):  # twice: a local name may be used in a loop above where it is bound
        for one in nodes:
            for target, value in _bindings(one):
                roots = {root for name in shared_names(value) for root in stands_for.get(name.id, {name.id})}
                stands_for.setdefault(target, set()).update(roots)
    counted = _counted(nodes)
    for one in nodes:
        for holder, held in _stored(one, own_methods, counted):
            found |= {(h, s) for h in stands_for.get(holder, {holder}) for s in stands_for.get(held, {held})}
    return found


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, _DEFINITIONS):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        pairs = [(node.target, node.iter)]
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        pairs = [(node.optional_vars, node.context_expr)]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        pairs = [(node.target, node.value)]
    else:
        return
    for target, value in pairs:
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                yield name.id, value


def _counted(nodes: Iterable[ast.AST]) -> set[str]:
    loops = [node for node in nodes if isinstance(node, (ast.For, ast.AsyncFor))]
    return {name for loop in loops for name in names_of_keys(loop)}


def _stored(node: ast.AST, own_methods: frozenset[str], counted: set[str]) -> Iterator[Pair]:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None:
            for target in targets:
                for part in _places(target):
                    yield from _pairs(part, [node.value, *_keys(part, counted)])
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        for part in _places(node.target):
            yield from _pairs(part, [node.iter, *_keys(part, counted)])
    elif isinstance(node, ast.Call):
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        name = last_name(node.func)
        if isinstance(node.func, ast.Attribute) and (name in STORING_METHODS or name in own_methods):
            yield from _pairs(node.func.value, arguments)
        elif name in STORING_FUNCTIONS and arguments:
            yield from _pairs(arguments[0], arguments[1:])


def _places(target: ast.expr) -> Iterator[ast.expr]:
    """The attributes and items among what an assignment binds."""
    if isinstance(target, (ast.Attribute, ast.Subscript)):
        yield target
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _places(element)
    elif isinstance(target, ast.Starred):
        yield from _places(target.value)


def _keys(place: ast.expr, counted: set[str]) -> Iterator[ast.expr]:
    """``d[key] = x`` keeps the key, which may be found by which object it is; tables and arrays keep none."""
    if isinstance(place, ast.Subscript) and last_name(place.value) not in _BY_PLACE:
        parts = place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]
        yield from (part for part in parts if not (isinstance(part, ast.Name) and part.id in counted))


def _pairs(holder: ast.expr, values: Iterable[ast.expr]) -> Iterator[Pair]:
    held = {name.id for value in values for name in shared_names(value)}
    for name in {name.id for name in shared_names(holder, changed=True)}:
        yield from ((name, one) for one in sorted(held - {name}))
