"""Which definitions may run again in another step: those that do nothing but define."""

from __future__ import annotations

import ast
from collections.abc import Set as AbstractSet

from cellift.notebook.flow.statements import Statement
from cellift.notebook.parameters.literals import is_immutable_literal
from cellift.notebook.scopes.effects import UNREPEATABLE
from cellift.notebook.scopes.facts import Kind
from cellift.project.dotted import last_name

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)
_LOOKS = frozenset("hasattr isinstance issubclass callable len getattr find_spec parse Version".split())


def acts_when_defined(statement: Statement) -> bool:
    """A decorator, a default value or a class body that shows something or gives something else each time."""
    facts = statement.facts
    if any(path.rpartition(".")[2] in UNREPEATABLE | {"print", "display"} for path in facts.called_paths):
        return True
    for decorator in getattr(statement.node, "decorator_list", ()):
        read = statement.reads.get(last_name(decorator.func if isinstance(decorator, ast.Call) else decorator))
        if read is not None and read.version.code is Kind.CLASS:
            return True  # what it makes is an instance
    for name in facts.called:
        read = statement.reads.get(name)
        if read is None or read.version.kind is Kind.IMPORT:
            continue
        body = read.version.body
        if body is None or body.acts:
            return True
    return False


def block_can_be_copied(node: ast.stmt, known: AbstractSet[str]) -> bool:
    """An ``if``, ``try`` or ``with`` that only imports and defines; ``known``: names that the notebook defines."""
    if isinstance(node, _DEFINITIONS):
        return not getattr(node, "decorator_list", [])
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Assign):
        plain = is_immutable_literal(node.value) or isinstance(node.value, (ast.Name, ast.Attribute))
        return plain and all(isinstance(target, ast.Name) for target in node.targets)
    blocks: list[ast.stmt]
    if isinstance(node, ast.If):
        if not _only_looks(node.test):
            return False
        blocks = [*node.body, *node.orelse]
    elif isinstance(node, ast.Try):
        blocks = [*node.body, *node.orelse, *node.finalbody]
        blocks += [statement for handler in node.handlers for statement in handler.body]
    elif isinstance(node, ast.With):
        if any(_own_call(item.context_expr, known) or item.optional_vars is not None for item in node.items):
            return False
        blocks = node.body
    else:
        return False
    return all(block_can_be_copied(statement, known) or _sets_state(statement) for statement in blocks)


def _only_looks(node: ast.expr) -> bool:
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return all(last_name(call.func) in _LOOKS for call in calls)


def _own_call(node: ast.expr, known: AbstractSet[str]) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Name) and called.id in known and called.id[:1].islower() and called.id != "suppress"


def _sets_state(node: ast.stmt) -> bool:
    """``warnings.simplefilter("ignore")`` beside an import."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and last_name(node.value.func) in ("simplefilter", "filterwarnings", "use", "setLevel")
    )
