"""Assignments, ``del`` and ``return``: what targets are bound to, and which objects they share."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.notebook.flow.held_state import held_default
from cellift.notebook.parameters.literals import (
    gives_plain_value,
    is_immutable_literal,
    is_literal,
    is_plain_expression,
)
from cellift.notebook.scopes.bindings import target_names
from cellift.notebook.scopes.by_text import bind_global, bind_like, delete_global, is_notebook, read_namespace
from cellift.notebook.scopes.definitions import annotation
from cellift.notebook.scopes.effects import CLASS_FACTORIES, ITERATORS, STATEFUL_FACTORIES
from cellift.notebook.scopes.facts import Body, Change, Kind
from cellift.notebook.scopes.lookups import is_main_module, text_of
from cellift.notebook.scopes.reader import Reader, Visits
from cellift.notebook.scopes.sharing import shared_names
from cellift.project.dotted import last_name


def _visit_assign(reader: Reader, node: ast.Assign) -> None:
    _assign(reader, node.targets, node.value)


def _visit_annotated(reader: Reader, node: ast.AnnAssign) -> None:
    if next(scope for scope in reversed(reader.scopes) if scope.kind != "handler").kind != "function":
        annotation(reader, node.annotation)  # those of local names are never evaluated
    if node.value is not None:
        _assign(reader, [node.target], node.value)
    elif not isinstance(node.target, ast.Name):
        reader.visit(node.target)


def _assign(reader: Reader, targets: Sequence[ast.expr], value: ast.expr) -> None:
    kind, immutable = _kind_of(reader, value)
    names = [name for target in targets for name in target_names(target)]
    simple = all(isinstance(target, ast.Name) for target in targets)
    if kind is Kind.FUNCTION and isinstance(value, ast.Lambda) and reader.at_top() and simple:
        reader.visit_all([*value.args.defaults, *value.args.kw_defaults])
        body = Body()
        reader.read_body(body, value.args, [ast.copy_location(ast.Return(value.body), value.body)])
        body.holds = held_default(value) or ""
        for name in names:
            reader.facts.bodies[name.id] = body
    elif isinstance(value, ast.Lambda) and reader.body is None and reader.at_module():
        # `Model.rate = lambda: k` does not call it
        reader.visit_all([*value.args.defaults, *value.args.kw_defaults])
        reader.held_lambdas = reader.held_lambdas or Body()
        reader.read_body(reader.held_lambdas, value.args, [value.body])
        kind = Kind.DATA
    else:
        if reader.at_module_level():
            reader.targets = tuple(name.id for name in names)
        reader.visit(value)
        reader.targets = ()
        if kind is Kind.FUNCTION or (kind.is_code and not simple):
            kind = Kind.DATA
    for target in targets:
        visit_target(reader, target, kind, immutable=immutable)
    reader.share(names, value)
    if len(targets) > 1:  # `b = a = []`: one object under both names
        reader.share(names, ast.Tuple([ast.copy_location(ast.Name(n.id, ast.Load()), n) for n in names], ast.Load()))
    if reader.at_module_level() and _moves_on(reader, value):
        reader.facts.stateful.update(name.id for name in names)


def _moves_on(reader: Reader, value: ast.expr) -> bool:
    """Every use of the value changes it or what is behind it: an iterator, a method that changes its object."""
    if isinstance(value, ast.Attribute):
        return value.attr in reader.changing_methods
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.GeneratorExp)
    if isinstance(value.func, ast.Name) and value.func.id in ITERATORS:
        return reader.is_global(value.func.id)
    name = last_name(value.func)
    return name in STATEFUL_FACTORIES or (name == "partial" and any(_moves_on(reader, one) for one in value.args[:1]))


def _kind_of(reader: Reader, value: ast.expr) -> tuple[Kind, bool]:
    if isinstance(value, ast.Lambda):
        return Kind.FUNCTION, False
    if isinstance(value, ast.Call) and last_name(value.func) in CLASS_FACTORIES:
        return Kind.CLASS, False
    if is_literal(value):
        return Kind.CONSTANT, is_immutable_literal(value)
    if is_plain_expression(value) and not isinstance(value, ast.Name):
        return Kind.CONSTANT, True
    builtin = not isinstance(value, ast.Call) or reader.is_global(last_name(value.func))
    return Kind.DATA, gives_plain_value(value) and builtin


def visit_target(reader: Reader, target: ast.expr, kind: Kind | None, *, immutable: bool = False) -> None:
    """Bind the names of a target and note the objects it stores into; ``kind`` None binds nothing here."""
    if isinstance(target, ast.Name):
        if kind is not None:
            reader.bind(target.id, target, kind, immutable=immutable)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            visit_target(reader, element, kind, immutable=False)
    elif isinstance(target, ast.Starred):
        visit_target(reader, target.value, kind)
    elif isinstance(target, ast.Subscript) and is_notebook(reader, target.value):
        reader.visit(target.slice)
        name = text_of(target.slice)
        if name is None:
            bind_like(reader, target.slice, target)
        else:
            bind_global(reader, name, target)
    elif isinstance(target, ast.Attribute) and is_main_module(target.value):
        bind_global(reader, target.attr, target)
    elif isinstance(target, (ast.Attribute, ast.Subscript)):
        reader.visit_all(ast.iter_child_nodes(target))
        what = f".{target.attr} =" if isinstance(target, ast.Attribute) else "[...] ="
        reader.store_into(target, what)


def _visit_augmented(reader: Reader, node: ast.AugAssign) -> None:
    target = node.target
    if isinstance(target, ast.Name):
        reader.read(target.id, target)
        reader.visit(node.value)
        plain = is_immutable_literal(node.value)
        if reader.scopes[-1].kind == "class":
            if not plain:  # the name is new in the class, the object may be the one of the notebook
                reader.change(target, f"{_symbol(node.op)}=")
            reader.scopes[-1].names.add(target.id)
        elif reader.is_global(target.id):
            change = Change(target.id, target.lineno, reader.column(target), f"{_symbol(node.op)}=")
            if reader.body is not None:
                reader.body.changes.setdefault(target.id, change)
                reader.note_at_once(target.id)
            else:
                reader.facts.changes.setdefault(target.id, change)
        elif reader.owner(target.id) is reader.body_scope and not plain:
            change = Change(target.id, target.lineno, reader.column(target), f"{_symbol(node.op)}=")
            reader.change_through_local(change, reader.owner(target.id))
        return
    if isinstance(target, ast.Subscript) and is_notebook(reader, target.value):
        read_namespace(reader, target.value, text_of(target.slice), target)
        reader.visit(node.value)
        visit_target(reader, target, Kind.DATA)
        return
    reader.visit_all(ast.iter_child_nodes(target))
    reader.visit(node.value)
    reader.store_into(target, f"{_symbol(node.op)}=")


def _visit_delete(reader: Reader, node: ast.Delete) -> None:
    pending = list(node.targets)
    while pending:
        target = pending.pop(0)
        if isinstance(target, (ast.Tuple, ast.List)):
            pending[:0] = target.elts
        elif isinstance(target, ast.Name):
            reader.delete(target.id, target)
        elif isinstance(target, ast.Subscript) and is_notebook(reader, target.value) and text_of(target.slice):
            delete_global(reader, str(text_of(target.slice)), target)
        elif isinstance(target, ast.Attribute) and is_main_module(target.value):
            delete_global(reader, target.attr, target)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            reader.visit_all(ast.iter_child_nodes(target))
            reader.store_into(target, "del")


def _visit_return(reader: Reader, node: ast.Return) -> None:
    if node.value is None:
        return
    reader.visit(node.value)
    scope = reader.body_scope
    if reader.body is None or scope is None or not reader.in_own_scope():
        return
    names = shared_names(node.value)
    for part in ast.walk(node.value):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):  # it may give its argument back
            names.extend(name for argument in part.args for name in shared_names(argument))
    for name in names:
        found = scope.sources(name.id)
        reader.body.returns.update(one for one in found if one in scope.parameters or one not in scope.names)


def _symbol(operation: ast.operator) -> str:
    symbols = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**"}
    symbols |= {"BitOr": "|", "BitAnd": "&", "BitXor": "^", "LShift": "<<", "RShift": ">>", "MatMult": "@"}
    return symbols[type(operation).__name__]


VISITS: Visits = {
    "Assign": _visit_assign,
    "AnnAssign": _visit_annotated,
    "AugAssign": _visit_augmented,
    "Delete": _visit_delete,
    "Return": _visit_return,
}
