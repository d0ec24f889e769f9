"""Methods of the notebook's own classes that change their object."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from cellift.notebook.scopes.effects import MUTATING_METHODS
from cellift.project.remembered import of_each_cell, of_kind, remembered

_Method = ast.FunctionDef | ast.AsyncFunctionDef


def changing_methods(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """Names of methods that set something on ``self``, directly or through another such method.

    Only names are known where a method is called, so methods of one name count as one.
    """
    methods = [method for several in _methods(statements) for method in several]
    changing: set[str] = set()
    while True:
        more = {
            method.name
            for method in methods
            if method.name not in changing and changes_self(method, MUTATING_METHODS | changing)
        }
        if not more:
            break
        changing |= more
    return frozenset(name for name in changing if not (name.startswith("__") and name != "__call__"))


@of_each_cell
def _classes(statements: Sequence[ast.stmt]) -> list[ast.ClassDef]:
    return [node for one in statements for node in of_kind(one, ast.ClassDef)]


@of_each_cell
def _methods(statements: Sequence[ast.stmt]) -> list[_Method]:
    members = (item for one in statements for node in of_kind(one, ast.ClassDef) for item in node.body)
    return [item for item in members if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))]


#: Methods that run where the source shows a call of the class, or a store.
_SHOWN = frozenset(
    "__init__ __new__ __post_init__ __setattr__ __delattr__ __setitem__ __delitem__ __init_subclass__ __set_name__ "
    "__del__ __set__ __delete__ __setstate__ __getstate__ __reduce__ __copy__ __deepcopy__".split()
)


def changes_by_use(node: ast.ClassDef, changing: frozenset[str]) -> bool:
    """Using an instance changes it, and nothing shows that: ``__call__``, ``__next__``, a property that counts."""
    for method in node.body:
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or method.name in _SHOWN:
            continue
        special = method.name.startswith("__") and not (method.name.startswith("__i") and method.name != "__iter__")
        names = {getattr(one, "id", getattr(one, "attr", "")) for one in method.decorator_list}
        if (special or names & {"property", "cached_property"}) and changes_self(method, changing):
            return True
    return False


def changed_by_a_look(statements: Iterable[ast.stmt], changing: frozenset[str]) -> frozenset[str]:
    """Classes whose instances, as attributes of another class, change when they are read or called."""
    classes = [node for several in _classes(statements) for node in several]
    return frozenset(node.name for node in classes if changes_by_use(node, MUTATING_METHODS | changing))


def changes_self(method: _Method, changing: frozenset[str] | set[str]) -> bool:
    """Whether a method sets something on its first parameter, or calls a method of it that does."""
    sets, called = _done_to_self(method)
    return sets or not called.isdisjoint(changing)


@remembered
def _done_to_self(method: _Method) -> tuple[bool, frozenset[str]]:
    """Whether it sets something on its first parameter, and the methods of it that it calls."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    first = arguments[0].arg if arguments else None
    parts: list[ast.Attribute | ast.Subscript] = [*of_kind(method, ast.Attribute), *of_kind(method, ast.Subscript)]
    stored = (one for one in parts if not isinstance(one.ctx, ast.Load))
    functions = (call.func for call in of_kind(method, ast.Call))
    called = (one for one in functions if isinstance(one, ast.Attribute))
    if first is None:
        return False, frozenset()
    return any(_root(one) == first for one in stored), frozenset(one.attr for one in called if _root(one) == first)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
