"""Objects that the notebook's own classes and functions hold, and who takes one: ``rows = Table.rows``.

A class or function that can be copied has such objects anew in every step. Where one of them has another name too, that
would be another object than this one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cellift.notebook.flow.held_state import attributes_that_may_change, may_be_changed
from cellift.notebook.scopes.sharing import shared_names
from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind, remembered

#: How the result of a function is asked for.
RESULT = "()"
#: How it is asked for what an instance keeps.
KEPT = "self"


class Parts(NamedTuple):
    """Of all classes and functions of a notebook."""

    #: Name of a class or function -> attribute (or method, or ``RESULT``) -> those whose object that gives.
    of: Mapping[str, Mapping[str, frozenset[str]]]
    #: The attributes of all.
    attributes: frozenset[str]


NO_PARTS = Parts({}, frozenset())


class _Told(NamedTuple):
    """What one statement says."""

    #: Class, what it derives from.
    bases: tuple[tuple[str, str], ...]
    #: Holder, attribute.
    held: tuple[tuple[str, str], ...]
    #: Who gives it when asked how; the holder and its attribute.
    given: tuple[tuple[str, str, str, str], ...]


def parts_of_code(nodes: Sequence[ast.stmt]) -> Parts:
    """Of the whole notebook."""
    told = [one for cell in _told_in(nodes) for one in cell]
    parts: dict[str, dict[str, frozenset[str]]] = {}
    for one in told:
        for holder, attribute in one.held:
            parts.setdefault(holder, {})[attribute] = frozenset({holder})
    if parts:
        _inherit(parts, told)
        for one in told:
            for giver, asked, holder, attribute in one.given:
                if attribute in parts.get(holder, ()):
                    known = parts.setdefault(giver, {})
                    known[asked] = known.get(asked, frozenset()) | parts[holder][attribute]
        _inherit(parts, told)
    return Parts(parts, frozenset().union(*parts.values()))


def _inherit(parts: dict[str, dict[str, frozenset[str]]], told: Iterable[_Told]) -> None:
    for one in told:
        for name, base in one.bases:
            for attribute, holders in parts.get(base, {}).items():
                parts.setdefault(name, {}).setdefault(attribute, holders | {name})


@of_each_cell
def _told_in(nodes: Sequence[ast.stmt]) -> list[_Told]:
    return [one for one in map(_told, nodes) if one is not None]


def _told(node: ast.stmt) -> _Told | None:
    classes = of_kind(node, ast.ClassDef)
    assigned = of_kind(node, ast.Assign)
    functions = [node] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    bases = [(one.name, base.id) for one in classes for base in one.bases if isinstance(base, ast.Name)]
    held = [(one.name, attribute) for one in classes for attribute in _class_attributes(one)]
    held += [
        (target.value.id, target.attr)
        for one in assigned
        for target in one.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and may_be_changed(one.value)
    ]
    given = [(one.name, RESULT, *part) for one in functions for part in _returned(one)]
    for one in classes:
        for method in one.body:
            if isinstance(method, ast.FunctionDef) and method.args.args:
                own = method.args.args[0].arg
                given += [(one.name, method.name, one.name if of == own else of, a) for of, a in _returned(method)]
                given += [(one.name, KEPT, one.name if of == own else of, a) for of, a in _put_into(method, own)]
    return _Told(tuple(bases), tuple(held), tuple(given)) if bases or held or given else None


def _class_attributes(node: ast.ClassDef) -> Iterator[str]:
    if any(last_name(base).endswith(("Enum", "Flag")) for base in node.bases):
        return  # its members are handed on by name
    yield from (name for name, _ in attributes_that_may_change(node))


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    for one in of_kind(function, ast.Return):
        roots = {name.id for name in shared_names(one.value)}
        asked = map(_asked, ast.walk(one.value)) if one.value is not None else ()
        yield from (pair for pair in asked if pair is not None and pair[0] in roots)


def _put_into(method: ast.FunctionDef, own: str) -> Iterator[tuple[str, str]]:
    """What the method makes attributes of its object ``own``: ``self.rows = Table.rows``."""
    for one in of_kind(method, ast.Assign):
        targets = (target.value for target in one.targets if isinstance(target, ast.Attribute))
        if any(isinstance(target, ast.Name) and target.id == own for target in targets):
            pair = _asked(one.value)
            if pair is not None:
                yield pair


def _asked(node: ast.AST) -> tuple[str, str] | None:
    """Name and attribute of ``M.rows``, ``M.get``, ``get()``, ``getattr(M, "rows")`` and ``vars(M)["rows"]``."""
    of: ast.expr | None = None
    attribute = ""
    if isinstance(node, ast.Attribute):
        of, attribute = node.value, node.attr
        if isinstance(of, ast.Call) and isinstance(of.func, ast.Name):
            of = of.func  # `M().rows`
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        of, attribute = node.func, RESULT
        if node.func.id == "getattr" and len(node.args) > 1:
            of, attribute = node.args[0], _text(node.args[1])
    elif isinstance(node, ast.Subscript):
        attribute = _text(node.slice)
        if isinstance(node.value, ast.Call) and node.value.args:
            of = node.value.args[0] if ast.unparse(node.value.func) == "vars" else None
        elif isinstance(node.value, ast.Attribute) and node.value.attr == "__dict__":
            of = node.value.value
    return (of.id, attribute) if isinstance(of, ast.Name) and attribute else None


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@remembered
def _all_asked(node: ast.stmt) -> frozenset[tuple[str, str]]:
    return frozenset(filter(None, map(_asked, of_kind(node, ast.Attribute, ast.Call, ast.Subscript))))


def _wholes(value: ast.AST | None) -> Iterator[str]:
    """The names whose parts a value is or holds, where that is more than an attribute: ``M.get()``, ``[get(), 1]``."""
    if isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.IfExp, ast.Starred)):
        for part in ast.iter_child_nodes(value):
            yield from _wholes(part)
        return
    while isinstance(value, (ast.Attribute, ast.Subscript)) and _asked(value) is None:
        value = value.value
    pair = _asked(value) if value is not None else None
    if pair is None and isinstance(value, ast.Call):
        pair = _asked(value.func)
    if pair is not None:
        yield pair[0]


def parts_taken(
    node: ast.stmt,
    parts: Parts,
    shares: Mapping[str, Collection[str]],
    bound: Collection[str],
    code_of: Callable[[str], Iterable[str]],
) -> dict[str, set[str]]:
    """Name -> names of the code whose part it may be, or hold, after the statement.

    ``shares``: name -> names whose objects the statement gives it; ``code_of``: whose parts a name has.
    """
    of: dict[str, set[str]] = {}
    for name, attribute in _all_asked(node):
        for code in code_of(name) if attribute in parts.attributes else ():
            for holder in parts.of.get(code, {}).get(attribute, ()):
                of.setdefault(name, set()).add(holder)
    taken: dict[str, set[str]] = {}
    wholes = tuple(_wholes(getattr(node, "value", None)))
    for target in (*shares, *bound):
        sources = {*shares.get(target, ()), *(wholes if target in bound else ())}
        holders = {holder for source in sources for holder in of.get(source, ())}
        if holders:
            taken[target] = holders
    return taken


def parts_kept(node: ast.stmt, parts: Parts) -> set[str]:
    """Names of the code of which instances keep a part that the statement may make."""
    made = (parts.of.get(name, {}) for name, attribute in _all_asked(node) if attribute == RESULT)
    return {holder for one in made for holder in one.get(KEPT, ())}
