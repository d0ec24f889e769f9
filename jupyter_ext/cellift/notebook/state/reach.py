"""The code that may run when a statement does: its own, and that of the notebook's functions and methods it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from cellift.notebook.flow.blocks import Block
from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.scopes.facts import Kind
from cellift.project.remembered import of_each_cell, of_kind, remembered

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
#: Methods that run without being called by name.
_IMPLICIT = frozenset(
    {"__init__", "__new__", "__post_init__", "__enter__", "__exit__", "__call__", "__init_subclass__"}
)


class Code(NamedTuple):
    """Nodes that run, and the function and call that lead to them (None for the statement itself)."""

    nodes: tuple[ast.AST, ...]
    function: _Function | None = None
    call: ast.Call | None = None

    def acts(self) -> Iterator[ast.AST]:
        """Calls, attributes and imports that run, without the bodies of functions that are only defined here."""
        for node in self.nodes:
            yield from _acts_of_statement(node) if isinstance(node, ast.stmt) else _acts(node)


class Reach:
    """Knows the functions, classes and methods of a notebook."""

    def __init__(self, nodes: Sequence[ast.stmt]) -> None:
        """``nodes``: all statements of the notebook."""
        self._methods: dict[str, list[_Function]] = {}
        self._properties: set[str] = set()
        self._classes: list[list[ast.FunctionDef | ast.AsyncFunctionDef]] = []
        self._known: dict[Statement, tuple[Code, ...]] = {}
        self._of_block: dict[int, Mapping[Statement, tuple[Code, ...]]] = {}
        classes = [node for several in _classes_in(nodes) for node in several]
        self._table = _same(tuple(classes))
        self._made_of: dict[Version, frozenset[Version]] = {}
        self._asked: dict[tuple[Statement, str], Version | None] = {}
        for node in classes:
            members = [member for member in node.body if isinstance(member, _FUNCTIONS)]
            self._classes.append(members)
            for member in members:
                self._methods.setdefault(member.name, []).append(member)
                if member.decorator_list:
                    self._properties.add(member.name)

    def sibling(self, method: _Function, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The method ``name`` of the class that ``method`` belongs to."""
        for members in self._classes:
            if method in members:
                return next((m for m in members if m.name == name), None)
        return None

    def of(self, statement: Statement) -> Sequence[Code]:
        """The statement first, then every function that it may call, each once. Ask when names are resolved."""
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = self._remembered(statement)
        return known

    def of_block(self, block: Block) -> Mapping[Statement, tuple[Code, ...]]:
        """That of its settled statements: the same object as long as it is the same."""
        if id(block) in self._of_block:
            return self._of_block[id(block)]
        found: _Together | None = block.found.get("code")
        if found is None or found.table is not self._table or not _is_as_it_was(found.made_of, found.reads):
            code = {statement: tuple(self.of(statement)) for statement in block.settled}
            kept = [statement.found["code"] for statement in block.settled]
            made_of = {version: parts for one in kept for version, parts in one[1]}
            reads = {(one, name): version for entry in kept for one, name, version in entry[2]}
            found = _Together(self._table, made_of.items(), [(*key, version) for key, version in reads.items()], code)
            block.found["code"] = found
        self._known.update(found.code)
        self._of_block[id(block)] = found.code
        return found.code

    def _remembered(self, statement: Statement) -> tuple[Code, ...]:
        """As the last analysis has found it, if all that was asked for then is as it was."""
        last = statement.found.get("code")
        if last is not None and last[0] is self._table:
            _, made_of, reads, found = last
            if _is_as_it_was(made_of, reads):
                return found  # type: ignore[no-any-return]
        self._made_of, self._asked = {}, {}
        code = tuple(self._of(statement))
        # A read that nobody needs is taken back, or not.
        reads = [(one, name, version) for (one, name), version in self._asked.items() if not one.is_settled]
        if statement.is_settled:
            statement.found["code"] = (self._table, list(self._made_of.items()), reads, code)
        return code

    def _parts(self, version: Version) -> frozenset[Version]:
        self._made_of[version] = version.made_of
        return version.made_of

    def _read(self, statement: Statement, name: str) -> Version | None:
        version = self._asked[statement, name] = _version(statement, name)
        return version

    def _has_code(self, version: Version) -> bool:
        return version.kind in (Kind.FUNCTION, Kind.CLASS) or bool(self._parts(version))

    def _of(self, statement: Statement) -> Iterator[Code]:
        own = Code((statement.node,))
        yield own
        parts = _parts_of_calls(statement.node)
        names = [name for name in statement.reads if self._has_code(statement.reads[name].version)]
        for name in names:
            self._read(statement, name)
        if parts.isdisjoint(self._methods) and not names:
            return
        seen: set[int] = set()
        pending = [own]
        for name, read in {} if _only_names(statement.node) else statement.reads.items():
            for function in self._functions(statement, name) if read.version.kind is Kind.FUNCTION else ():
                if not _is_called(statement.node, name) and id(function) not in seen:
                    seen.add(id(function))
                    pending.append(_code(function, None))
        yield from pending[1:]
        while pending:
            for node in pending.pop().acts():
                for function, call in self._called(statement, node):
                    if id(function) not in seen:
                        seen.add(id(function))
                        code = _code(function, call)
                        yield code
                        pending.append(code)

    def _called(self, statement: Statement, node: ast.AST) -> Iterator[tuple[_Function, ast.Call | None]]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for function in self._functions(statement, node.func.id):
                yield function, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for function in self._methods.get(node.func.attr, ()):
                yield function, node
        elif isinstance(node, ast.Attribute) and node.attr in self._properties:
            for function in self._methods.get(node.attr, ()):
                yield function, None

    def _functions(self, statement: Statement, name: str) -> Iterator[_Function]:
        """What a name stands for in a statement: functions, or what runs when a class is called."""
        version = self._read(statement, name)
        if version is not None and version.kind is Kind.DATA:
            for maker in sorted(self._parts(version), key=lambda one: one.statement.index):
                yield from _inside(maker.statement.node)
        if version is None or version.kind not in (Kind.FUNCTION, Kind.CLASS):
            return
        while version is not None and version.statement.facts.bodies.get(name) is None and version.previous is not None:
            version = version.previous
        for node in of_kind(version.statement.node, *_FUNCTIONS, ast.Lambda, ast.ClassDef):
            of_that_name = isinstance(node, ast.Lambda) or (isinstance(node, _FUNCTIONS) and node.name == name)
            if of_that_name and version.kind is Kind.FUNCTION:
                assert isinstance(node, (*_FUNCTIONS, ast.Lambda))
                yield node
                for decorator in [] if isinstance(node, ast.Lambda) else node.decorator_list:
                    yield from self._around(version.statement, decorator)
            elif isinstance(node, ast.ClassDef) and node.name == name:
                for member in node.body:
                    if isinstance(member, _FUNCTIONS) and member.name in _IMPLICIT:
                        yield member
                for base in node.bases:
                    if isinstance(base, ast.Name):
                        yield from self._functions(version.statement, base.id)

    def _around(self, statement: Statement, decorator: ast.expr) -> Iterator[_Function]:
        """What runs instead of a decorated function: what a decorator of the notebook defines."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        version = self._read(statement, called.id) if isinstance(called, ast.Name) else None
        if version is not None and version.kind in (Kind.FUNCTION, Kind.CLASS):
            yield from _inside(version.definition().statement.node)


def _inside(node: ast.AST) -> Iterator[_Function]:
    """The functions that a function, or the methods of a class, may hand out."""
    for inner in of_kind(node, *_FUNCTIONS, ast.Lambda):
        if inner is not node and isinstance(inner, (*_FUNCTIONS, ast.Lambda)):
            yield inner


@of_each_cell
def _classes_in(statements: Sequence[ast.stmt]) -> list[ast.ClassDef]:
    return [node for one in statements for node in of_kind(one, ast.ClassDef)]


@remembered
def _parts_of_calls(node: ast.stmt) -> frozenset[str]:
    """What may name a method or property."""
    return frozenset(part.attr for part in of_kind(node, ast.Attribute))


class _Together(NamedTuple):
    """What the code that statements reach was found by, and that code."""

    table: tuple[ast.ClassDef, ...]
    made_of: Iterable[tuple[Version, frozenset[Version]]]
    reads: Sequence[tuple[Statement, str, Version | None]]
    code: Mapping[Statement, tuple[Code, ...]]


def _is_as_it_was(
    made_of: Iterable[tuple[Version, frozenset[Version]]], reads: Iterable[tuple[Statement, str, Version | None]]
) -> bool:
    for version, parts in made_of:
        if version.made_of is not parts and version.made_of != parts:
            return False
    return all(_version(one, name) is version for one, name, version in reads)


def _version(statement: Statement, name: str) -> Version | None:
    read = statement.reads.get(name)
    return read.version if read is not None else None


@lru_cache(maxsize=8)
def _same(classes: tuple[ast.ClassDef, ...]) -> tuple[ast.ClassDef, ...]:
    """The first of equal ones, so that one look tells that nothing has changed."""
    return classes


def _only_names(node: ast.stmt) -> bool:
    """``sys.excepthook = report``: a function is given another name, and does not run."""
    return isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute))


def _code(function: _Function, call: ast.Call | None) -> Code:
    body = function.body if isinstance(function.body, list) else [function.body]
    return Code(tuple(body), function, call)


def _is_called(node: ast.AST, name: str) -> bool:
    return any(isinstance(call.func, ast.Name) and call.func.id == name for call in of_kind(node, ast.Call))


@remembered
def _acts_of_statement(statement: ast.stmt) -> tuple[ast.AST, ...]:
    return tuple(_acts(statement))


def _acts(tree: ast.AST) -> Iterator[ast.AST]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, _FUNCTIONS):
            pending.extend([*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)])
            continue
        if isinstance(node, (ast.Call, ast.Attribute, ast.Import, ast.ImportFrom)):
            yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))
