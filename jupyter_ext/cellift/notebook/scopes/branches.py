"""Branches, loops, ``with``, ``try`` and ``match``: which names are certainly bound afterwards."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from cellift.notebook.scopes.assignments import visit_target
from cellift.notebook.scopes.bindings import target_names
from cellift.notebook.scopes.by_text import visit_iterable
from cellift.notebook.scopes.facts import Kind, Use
from cellift.notebook.scopes.reader import Reader, Scope, Visits
from cellift.project.dotted import last_name


def _branches(reader: Reader, *branches: Callable[[], bool]) -> None:
    """Run each branch from the same start; a name is bound afterwards when every branch that ends binds it.

    A branch returns True when control cannot leave it at its end.
    """
    start = set(reader.bound)
    ends: list[set[str]] = []
    reader.conditional += 1
    for branch in branches:
        reader.bound = set(start)
        if not branch():
            ends.append(reader.bound)
    reader.conditional -= 1
    reader.bound = set.intersection(*ends) if ends else start


def _block(reader: Reader, statements: Sequence[ast.stmt]) -> bool:
    reader.visit_all(statements)
    return bool(statements) and isinstance(statements[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def _visit_if(reader: Reader, node: ast.If) -> None:
    reader.visit(node.test)
    with reader.in_branch(not _is_always_so(node.test)):
        _branches(reader, lambda: _block(reader, node.body), lambda: _block(reader, node.orelse))


def _is_always_so(test: ast.expr) -> bool:
    """``if True:``, ``if __name__ == "__main__":``."""
    left = test.left if isinstance(test, ast.Compare) else test
    return isinstance(test, ast.Constant) or (isinstance(left, ast.Name) and left.id == "__name__")


def _visit_conditional(reader: Reader, node: ast.IfExp) -> None:
    reader.visit(node.test)
    with reader.in_branch():
        _branches(reader, lambda: _evaluate(reader, node.body), lambda: _evaluate(reader, node.orelse))


def _evaluate(reader: Reader, node: ast.expr) -> bool:
    reader.visit(node)
    return False


def _visit_boolean(reader: Reader, node: ast.BoolOp) -> None:
    reader.visit(node.values[0])
    start = set(reader.bound)
    with reader.in_branch():
        reader.visit_all(node.values[1:])
    reader.bound = start


def _visit_for(reader: Reader, node: ast.For | ast.AsyncFor) -> None:
    visit_iterable(reader, node.iter)

    def body() -> bool:
        visit_target(reader, node.target, Kind.DATA)
        reader.share(target_names(node.target), node.iter)
        _block(reader, node.body)
        return False

    _branches(reader, body, lambda: False)
    reader.visit_all(node.orelse)


def _visit_while(reader: Reader, node: ast.While) -> None:
    reader.visit(node.test)

    def body() -> bool:
        _block(reader, node.body)
        return False

    _branches(reader, body, lambda: False)
    reader.visit_all(node.orelse)


def _visit_with(reader: Reader, node: ast.With | ast.AsyncWith) -> None:
    hides = False
    for item in node.items:
        reader.visit(item.context_expr)
        call = item.context_expr
        hides = hides or (isinstance(call, ast.Call) and last_name(call.func) in ("suppress", "raises"))
        if item.optional_vars is not None:
            visit_target(reader, item.optional_vars, Kind.DATA)
            reader.share(target_names(item.optional_vars), item.context_expr)
    if hides:
        with reader.softly():
            _branches(reader, lambda: _block(reader, node.body), lambda: False)
    else:
        _block(reader, node.body)


def _visit_try(reader: Reader, node: ast.Try) -> None:
    start = set(reader.bound)
    ends: list[set[str]] = []
    reader.conditional += bool(node.handlers)
    with reader.softly(any(map(_catches_name_error, node.handlers))):
        stopped = _block(reader, node.body)
    if not stopped:
        stopped = _block(reader, node.orelse)
        if not stopped:
            ends.append(reader.bound)
    for handler in node.handlers:
        reader.bound = set(start)
        with reader.in_branch():
            if not _handler(reader, handler):
                ends.append(reader.bound)
    reader.conditional -= bool(node.handlers)
    reader.bound = set.intersection(*ends) if ends else start
    reader.visit_all(node.finalbody)


def _handler(reader: Reader, node: ast.ExceptHandler) -> bool:
    if node.type is not None:
        reader.visit(node.type)
    if node.name is None:
        return _block(reader, node.body)
    if reader.body is None and reader.is_global(node.name):  # after the handler the name is gone
        reader.facts.may_delete[node.name] = Use(node.name, node.lineno, reader.column(node))  # type: ignore[arg-type]
    with reader.in_scope(Scope("handler", {node.name})):
        return _block(reader, node.body)


def _visit_match(reader: Reader, node: ast.Match) -> None:
    reader.visit(node.subject)
    complete = any(_matches_all(case) for case in node.cases)
    branches = [_case(reader, case, node.subject) for case in node.cases]
    if not complete:
        branches.append(lambda: False)
    with reader.in_branch():
        _branches(reader, *branches)


def _case(reader: Reader, case: ast.match_case, subject: ast.expr) -> Callable[[], bool]:
    def read() -> bool:
        for pattern in ast.walk(case.pattern):
            if isinstance(pattern, ast.MatchValue):
                reader.visit(pattern.value)
            elif isinstance(pattern, ast.MatchClass):
                reader.visit(pattern.cls)
            name = pattern.rest if isinstance(pattern, ast.MatchMapping) else getattr(pattern, "name", None)
            if isinstance(name, str) and isinstance(pattern, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)):
                reader.bind(name, pattern, Kind.DATA)
                reader.share([ast.copy_location(ast.Name(name, ast.Store()), pattern)], subject)
        if case.guard is not None:
            reader.visit(case.guard)
        return _block(reader, case.body)

    return read


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in ("NameError", "Exception", "BaseException") for name in names)


def _matches_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


VISITS: Visits = {
    "If": _visit_if,
    "IfExp": _visit_conditional,
    "BoolOp": _visit_boolean,
    "For": _visit_for,
    "AsyncFor": _visit_for,
    "While": _visit_while,
    "With": _visit_with,
    "AsyncWith": _visit_with,
    "Try": _visit_try,
    "TryStar": _visit_try,
    "Match": _visit_match,
}
