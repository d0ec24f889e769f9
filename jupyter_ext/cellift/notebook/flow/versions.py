"""Versions of names: each binding and each change in place makes a new one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from cellift.notebook.flow.code import CodeUse
from cellift.notebook.flow.own_parts import NO_PARTS, Parts, parts_kept, parts_taken
from cellift.notebook.flow.reach import bases
from cellift.notebook.flow.sharing import Sharing, can_share
from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.flow.traces import Names
from cellift.notebook.flow.travel import alias_of, patched_code
from cellift.notebook.scopes.facts import Binding, Body, Change, Kind, Use
from cellift.notebook.scopes.keeping import gives_kept_state


class Versions:
    """``current`` has what each name means at this place of the notebook, ``sharing`` who shares objects there."""

    def __init__(self, code: CodeUse, *, by_identity: bool, weakly: bool, parts: Parts = NO_PARTS) -> None:
        self.current = Names()
        self.sharing = Sharing(self.current, by_identity=by_identity)
        self._code = code
        self._by_identity = by_identity
        self._weakly = weakly
        self._parts = parts
        #: Name -> code whose part the statement gives it.
        self._taken: dict[str, frozenset[Version]] = {}
        #: Functions inside values, by the identity of their bodies.
        self.held: dict[int, Version] = {}

    # --- what values are made of

    def made_of(self, statement: Statement) -> frozenset[Version]:
        """Classes, and functions passed as values, that the statement's results may be made of."""
        parts: set[Version] = set()
        for name, read in statement.reads.items():
            version = read.version
            parts |= self.current.made_of(version)
            if version.code is Kind.CLASS:
                parts.add(version)
            elif version.code is Kind.FUNCTION and read.via is None:
                if name in statement.facts.referenced:
                    parts.add(version)
                elif version.body is not None and version.body.gives_code:
                    parts.add(self._held(statement, version.body))
        facts = statement.facts
        inside = [body for name, body in facts.bodies.items() if name in facts.referenced]  # `for … : def f …; keep(f)`
        parts.update(self._held(statement, body) for body in (*facts.held, *inside))
        return frozenset(parts)

    def _held(self, statement: Statement, body: Body) -> Version:
        """The function inside a value: what it does when it is called."""
        node = statement.node
        known = self.held.get(id(body))
        made = known or Version("a function in it", Kind.FUNCTION, statement, node.lineno, 1, body=body, anonymous=True)
        self.held[id(body)] = made
        if known is None:
            self.current.trace.made.append(made)
        self.current.trace.held.append((body, made, known is None))
        return made

    # --- parts of functions and classes

    def take_parts(self, statement: Statement, shares: Mapping[str, set[str]]) -> None:
        """What the statement gives other names of the objects that code holds."""
        taken = parts_taken(statement.node, self._parts, shares, statement.facts.binds, self._code_of)
        self._taken = {name: self._own_code(holders) for name, holders in taken.items()}
        others = parts_kept(statement.node, self._parts)
        others.update(name for name in patched_code(statement) if any(map(self._is_value, shares.get(name, ()))))
        for version in self._own_code(others).union(*self._taken.values()):
            self._say("taken", version)
            self._code.note_taken(version, statement)
            if self._by_identity:
                self._note_changed(version)

    def _own_code(self, names: Iterable[str]) -> frozenset[Version]:
        """The functions and classes among them."""
        versions = (self.current.get(name) for name in names)
        return frozenset(one for one in versions if one is not None and one.code is not None)

    def _is_value(self, name: str) -> bool:
        return can_share(self.current.get(name))

    def _code_of(self, name: str) -> list[str]:
        """The name itself where it is code; the classes of an object."""
        version = self.current.get(name)
        if version is None or version.deleted:
            return []
        one = {version} if version.code is not None else self.current.made_of(version)
        return [part.name for part in one if self._is_now(part)]

    def _is_now(self, part: Version) -> bool:
        now = self.current.get(part.name)
        return not part.anonymous and now is not None and now.definition() is part.definition()

    def _note_changed(self, version: Version) -> None:
        """What the function or class holds is changed."""
        self._code.note_changed(version)
        self._say("changed", version)

    def _say(self, what: str, version: Version) -> None:
        self.current.trace.said.append((what, (version,)))

    # --- bindings

    def bind(self, statement: Statement, binding: Binding, made_of: frozenset[Version]) -> None:
        """The statement binds a name."""
        name = binding.name
        previous = self.current.get(name)
        kind = binding.kind
        if statement.travel is Travel.PARAMETER:
            kind = Kind.CONSTANT
        elif kind is Kind.CONSTANT and statement.travel is Travel.OWN and statement.reads:
            kind = Kind.DATA  # `a + b` of values that are not constants themselves
        alias = alias_of(statement)
        body = statement.facts.bodies.get(name)
        if alias is not None:
            kind, body = alias.kind, alias.body
        source_kind = kind if alias is None else alias.source_kind
        if kind.is_code and statement.travel is Travel.OWN:
            kind = Kind.DATA  # code that cannot be copied crosses as a value
        may_keep = not binding.certain and previous is not None and not previous.deleted
        self._lose(statement, Use(name, binding.line, binding.column, soft=True))
        if not may_keep:
            self.sharing.leave(name)
        version = Version(
            name,
            kind,
            statement,
            binding.line,
            binding.column,
            body=body,
            module=binding.module or (alias is not None and alias.module),
            immutable=binding.immutable and _is_plain(statement, binding, kind),
            stateful=name in statement.facts.stateful or name in self._made_stateful(statement),
            source_kind=source_kind,
            parts_of=self._taken.get(name, frozenset()),
        )
        if body is not None and self._decorated_with_state(statement):
            self.current.trace.bodies.append((body, body.holds))
            body.holds = body.holds or "what its decorator keeps"
        if kind is Kind.DATA and not version.immutable:
            version.made_of = made_of
            version.stateful = version.stateful or any(_changes_by_use(part) for part in made_of)
        if (not binding.certain or binding.keeps_previous) and previous is not None and not previous.deleted:
            version.previous = previous
            version.made_of |= self.current.made_of(previous)
            version.parts_of |= previous.parts_of
            version.stateful = version.stateful or previous.stateful
            if kind.is_code and previous.body is not None and version.body is None:
                version.body = previous.body
        if may_keep and previous is not None:
            version.immutable = version.immutable and previous.immutable
        self._make(statement, version)
        if alias is not None and alias.code is not None and alias.name != name:
            self.sharing.join(statement, name, alias.name)
        if may_keep:
            self.sharing.link_again(statement, name)

    def delete(self, statement: Statement, use: Use) -> None:
        """The statement deletes a name."""
        self._lose(statement, use)
        self.sharing.leave(use.name)
        self._make(statement, Version(use.name, Kind.DATA, statement, use.line, use.column, deleted=True))

    def _lose(self, statement: Statement, use: Use) -> None:
        """The object that the name had may be gone now for those that refer to it weakly."""
        version = self.current.get(use.name)
        if not self._weakly or version is None or version.deleted or version.statement is statement:
            return
        others = [name for name in sorted(self.sharing.of(use.name)) if name != use.name and not self._is_code(name)]
        read = statement.reads.get(use.name)
        if others and (read is None or read.kept):
            statement.reads[use.name] = Read(version, use)
        for name in others:
            change = Change(use.name, use.line, use.column, "another object for the name")
            self._change(statement, name, change, frozenset())

    def _make(self, statement: Statement, version: Version) -> None:
        self.current[version.name] = version
        self.current.trace.made.append(version)
        statement.makes[version.name] = version

    def _made_stateful(self, statement: Statement) -> set[str]:
        """Names that get what a call of the notebook's own gives: closures and generators that move on."""
        found: set[str] = set()
        for call in statement.facts.calls:
            function = self.current.get(call.function)
            body = function.body if function is not None else None
            if body is not None and (body.gives_stateful or (body.yields and not call.used_up)):
                found.update(call.targets)
        return found

    def _decorated_with_state(self, statement: Statement) -> bool:
        """A decorator of the function, or of a method of the class, keeps what calls change."""
        node = statement.node
        defined = [node, *(node.body if isinstance(node, ast.ClassDef) else ())]
        decorated = any(getattr(one, "decorator_list", ()) for one in defined)
        return decorated and gives_kept_state(statement.facts.called, self._own_body)

    def _own_body(self, name: str) -> Body | None:
        """What calling a function or class of the notebook does."""
        version = self.current.get(name)
        return version.body if version is not None and version.code is not None else None

    # --- changes in place

    def apply_changes(
        self, statement: Statement, changes: Mapping[str, Change], made_of: frozenset[Version], *, only_others: bool
    ) -> None:
        """New versions of what is changed in place, and of the names that share it.

        ``only_others``: for names that this very statement binds, the change concerns only those they share with.
        """
        for name in sorted(changes):
            bound_here = name in statement.facts.binds
            if bound_here is not only_others:
                continue
            change = changes[name]
            affected = {name} | self.sharing.of(name)
            version = self.current.get(name)
            if change.rebinds and version is not None and version.kind.is_code:
                affected = {other for other in affected if self._is_code(other)}
            if only_others:
                affected.discard(name)
                # `for kind in (A, B): kind.rate = 2`
                affected.update(filter(self._is_own_code, statement.facts.shares.get(name, ())))
            for other in sorted(affected):
                self._change(statement, other, change, made_of)
        if not only_others:
            for name, change in patched_code(statement).items():
                self._change(statement, name, change, made_of)
                version = self.current[name]
                if version.code is not None and not changes.get(name, change).rebinds:
                    self._say("patched", version)
                    self._code.note_patched(version, statement)

    def _is_code(self, name: str) -> bool:
        version = self.current.get(name)
        return version is not None and version.kind.is_code

    def _is_own_code(self, name: str) -> bool:
        version = self.current.get(name)
        return version is not None and version.code is not None

    def _change(self, statement: Statement, name: str, change: Change, made_of: frozenset[Version]) -> None:
        version = self.current.get(name)
        if version is None or version.deleted or version.statement is statement:
            return
        if version.kind.is_code and statement.travel is not Travel.COPY:
            if version.code is not None:
                self._note_changed(version)
            if change.name == name:
                return
        if version.kind is Kind.IMPORT and name not in patched_code(statement):
            return
        for part in version.parts_of if not change.rebinds else ():
            now = self.current.get(part.name)
            self._note_changed(now if now is not None and self._is_now(part) else part)
        use = Use(name, change.line, change.column, soft=True)
        statement.reads.setdefault(name, Read(version, use))
        how = change.how if change.name == name else f"{change.how} on `{change.name}`, which shares its object"
        self._make(
            statement,
            Version(
                name,
                version.kind if version.kind.is_code else Kind.DATA,
                statement,
                change.line,
                change.column,
                source_kind=version.source_kind,
                how=how,
                previous=version,
                body=version.body,
                module=version.module,
                stateful=version.stateful,
                parts_of=version.parts_of | self._taken.get(name, frozenset()),
                made_of=self.current.made_of(version)
                | (frozenset(p for p in made_of if p.anonymous) if version.code else made_of),
            ),
        )


def _changes_by_use(version: Version) -> bool:
    own = any(one.body is not None and one.body.changes_by_use for one in version.chain())
    return own or any(_changes_by_use(read.version) for read in bases(version))


def _is_plain(statement: Statement, binding: Binding, kind: Kind) -> bool:
    """``str(x)`` is a text unless the notebook has a ``str`` of its own; ``a + b`` is plain if both are."""
    if binding.kind is Kind.CONSTANT:
        return kind is Kind.CONSTANT or all(read.version.immutable for read in statement.reads.values())
    value = getattr(statement.node, "value", None)
    called = value.func if isinstance(value, ast.Call) else None
    return not (isinstance(called, ast.Name) and called.id in statement.reads)
