"""What a statement reads, changes and binds through what it uses: the bodies of functions count where they are used."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from cellift.notebook.flow.by_text import NamesByText
from cellift.notebook.flow.code import CodeUse
from cellift.notebook.flow.missing import ALWAYS_THERE, Missing
from cellift.notebook.flow.statements import Read, Statement, Version
from cellift.notebook.flow.traces import Names
from cellift.notebook.scopes.facts import Binding, Body, Call, Change, Kind, Use

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Reach:
    """Follows the uses of one statement; its reads go into the statement."""

    def __init__(
        self,
        statement: Statement,
        current: Names,
        code: CodeUse,
        missing: Missing,
        by_text: NamesByText,
    ) -> None:
        #: Objects that are changed in place, and names that functions bind which the statement uses.
        self.changes: dict[str, Change] = dict(statement.facts.changes)
        self.binds: dict[str, Binding] = {}
        self._statement = statement
        self._current = current
        self._code = code
        self._missing = missing
        self._by_text = by_text
        self._expanded: set[Version] = set()

    def read(self, use: Use, via: str | None, *, called: bool = False, defines: bool = False) -> None:
        """Note that a name is read, and everything that its code reads, changes and binds in turn.

        ``defines``: the statement is a definition and does not call it: nothing in it runs.
        """
        statement = self._statement
        version = self._current.get(use.name)
        if version is None or version.deleted:
            on_the_way = use.name in self.binds or (via is not None and self._bound_by_functions(use.name))
            if not use.soft and not on_the_way and (via is None or use.name not in statement.facts.binds):
                self._missing.report(statement, use, version, via)
                if version is not None or use.name not in ALWAYS_THERE:
                    self._current.trace.said.append(("report", (use, version, via)))
            elif use.branch and use.name not in statement.facts.binds:
                self._missing.warn(statement, use, via)
                self._current.trace.said.append(("warn", (use, via)))
            return
        known = statement.reads.get(use.name)
        if known is None or (known.via is not None and via is None):
            statement.reads[use.name] = Read(version, use, via)
        if not (defines and version.code is not None and not has_hooks(version)):
            self._expand(version, use, called=called)

    def _bound_by_functions(self, name: str) -> bool:
        answer = self._missing.functions_bind(name)
        self._current.trace.bound_by_functions.append((name, answer))
        return answer

    def read_all(self, use: Use, via: str | None) -> None:
        """Every name that is defined may be read."""
        self._by_text.look_up(self._statement, use)
        for name in sorted(self._current):
            self.read(Use(name, use.line, use.column, soft=True), via)

    def read_code(self, use: Use, via: str | None) -> None:
        """Every function and class of the notebook may be used."""
        for name, version in sorted(self._current.items()):
            if version.code is not None and not version.deleted:
                self.read(Use(name, use.line, use.column, soft=True), via)

    def bind_like(self, pattern: str, use: Use) -> None:
        """Names of this form may be bound by their text."""
        self._current.trace.whole = True
        self._by_text.bind(pattern, self._statement, use, self.binds)

    def use_code(self, parts: Iterable[Version], use: Use, via: str) -> None:
        """Classes and functions of the notebook that something is made of, or was given, may be called."""
        for part in sorted(parts, key=lambda part: (part.statement.index, part.name)):
            soft = Use(part.name, use.line, use.column, soft=True)
            current = self._current.get(part.name)
            if not part.anonymous and current is not None and part.definition() is current.definition():
                self.read(soft, via)
                continue
            if not part.anonymous:
                self._code.note_superseded(part)
                self._current.trace.said.append(("superseded", (part,)))
            self._expand(part, soft)

    def _expand(self, version: Version, use: Use, *, called: bool = False) -> None:
        """``called``: the statement surely calls it, so what its body lacks is an error."""
        if version in self._expanded:
            return
        self._expanded.add(version)
        self.use_code(self._current.made_of(version), use, version.name)
        body = version.body
        if not version.kind.is_code and body is None:
            return
        at_once = _at_once(self._statement, version)
        if version.kind is not Kind.IMPORT and not version.anonymous:
            for read in list(version.statement.reads.values()):
                if at_once is None and (read.version.code or read.version.body is not None):
                    self._expand(read.version, use)
        if version.previous is not None:
            self._expand(version.previous, use)
        if body is not None:
            self._run_body(version, body, at_once, use, called=called)

    def _run_body(self, version: Version, body: Body, at_once: set[str] | None, use: Use, *, called: bool) -> None:
        """``at_once``: only what these names stand for happens; None: everything may."""
        if body.reads_all:
            self.read_all(use, version.name)
        if body.reads_code:
            self.read_code(use, version.name)
        for pattern in sorted(body.binds_like) if at_once is None else ():
            self.bind_like(pattern, use)
        calls = {call.function for call in body.calls}
        for inner in body.reads.values():
            if (inner.name in body.binds and inner.name not in self._current) or (
                at_once is not None and inner.name not in at_once
            ):
                continue
            soft = inner.soft or use.soft or not called
            placed = Use(inner.name, use.line, use.column, soft, branch=inner.branch and called and not use.soft)
            self.read(placed, version.name, called=called and inner.name in calls)
        for change in body.changes.values():
            if at_once is None or change.name in at_once:
                placed_change = Change(change.name, use.line, use.column, f"{change.how} in {version.name}()")
                self.changes.setdefault(change.name, placed_change)
        for binding in body.binds.values():
            if at_once is None or binding.name in at_once:
                self.binds.setdefault(binding.name, Binding(binding.name, Kind.DATA, use.line, use.column))
        for call in body.calls:
            self.note_changed_arguments(call, body)
        if body.holds and not version.anonymous and self._current.get(version.name) is version:
            how = f"`{body.holds}` may change"
            self.changes.setdefault(version.name, Change(version.name, use.line, use.column, how))

    def run_hooks(self) -> None:
        """A base class may remember the classes derived from it."""
        node = self._statement.node
        if not isinstance(node, ast.ClassDef):
            return
        for name, read in self._statement.reads.items():
            if read.version.code is Kind.CLASS and has_hooks(read.version):
                change = Change(name, read.use.line, read.use.column, f"class {node.name}")
                self.changes.setdefault(name, change)

    def note_changed_arguments(self, call: Call, caller: Body | None = None) -> None:
        """A function of the notebook that changes its parameter changes what it is called with."""
        for name, change in self._changed_arguments(call, frozenset()).items():
            if caller is None or name not in caller.every_parameter:
                self.changes.setdefault(name, change)

    def _changed_arguments(self, call: Call, seen: frozenset[str]) -> dict[str, Change]:
        """Names among the arguments of a call whose objects it changes, also through functions that it calls."""
        function = self._current.get(call.function)
        body = function.body if function is not None else None
        if body is None or call.function in seen:
            return {}
        changed = dict(body.changed_parameters)
        for inner in body.calls:
            for name, change in self._changed_arguments(inner, seen | {call.function}).items():
                if name in body.every_parameter:
                    changed.setdefault(name, change)
        found: dict[str, Change] = {}
        for parameter, names in [*zip(body.parameters, call.positional, strict=False), *call.keywords]:
            if parameter in changed:
                how = f"{changed[parameter].how} in {call.function}()"
                found.update((name, Change(name, call.line, call.column, how)) for name in sorted(names))
        return found


def _at_once(statement: Statement, version: Version) -> set[str] | None:
    """The names that matter when ``statement`` is a definition that calls the code of ``version``; None: all."""
    body = version.body
    if body is None or not isinstance(statement.node, DEFINITIONS):
        return None
    # `@register("name")` calls what `register` gives, and so does `@decorator` when a call has given it.
    factory = any(isinstance(decorator, ast.Call) for decorator in statement.node.decorator_list)
    return body.soon if factory or version.anonymous or body.calls_inner else body.at_once


def has_hooks(version: Version) -> bool:
    """Deriving a class from it, or making one with it, runs code of the notebook."""
    return any(
        (one.body is not None and one.body.hooks)
        or any(read.version.code is Kind.CLASS and has_hooks(read.version) for read in bases(one))
        for one in version.chain()
    )


def bases(version: Version) -> list[Read]:
    """What the statement that makes a class reads by name: its bases, its metaclass, its decorators."""
    if version.code is not Kind.CLASS or version.how:
        return []
    return [read for read in version.statement.reads.values() if read.via is None and not read.kept]
