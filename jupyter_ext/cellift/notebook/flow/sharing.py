"""Names that share mutable objects: whatever changes one changes the others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from cellift.notebook.flow.statements import Statement, Travel, Version
from cellift.notebook.flow.traces import Names
from cellift.notebook.flow.travel import patched_code
from cellift.notebook.scopes.facts import Body, Kind

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Sharing:
    """Groups of names that may share objects at this place of the notebook."""

    def __init__(self, current: Names, *, by_identity: bool = False) -> None:
        """``by_identity``: the notebook looks at which object a value is, also of one that cannot be changed."""
        self._current = current
        self._by_identity = by_identity
        self.groups: dict[str, set[str]] = {}

    def of(self, name: str) -> set[str]:
        """The group of a name; empty when it shares with none."""
        found = self.groups.get(name)
        self._current.note_group(name, found)
        return set() if found is None else found

    def leave(self, name: str) -> None:
        """The name means another object from here on."""
        self._current.note_group(name, self.groups.get(name))
        self._current.trace.sharing.append((name, ""))
        self._leave(name)

    def again(self, ways: Iterable[tuple[str, str]]) -> None:
        """Leave and join as a trace says, without what that makes of the versions."""
        for name, other in ways:
            if other:
                self._join(name, other)
            else:
                self._leave(name)

    def _leave(self, name: str) -> None:
        group = self.groups.pop(name, None)
        if group is not None:
            group.discard(name)

    def _join(self, target: str, source: str) -> None:
        left = self.groups.setdefault(target, {target})
        right = self.groups.setdefault(source, {source})
        if left is not right:
            left |= right
            for name in right:
                self.groups[name] = left

    def join_targets(
        self, statement: Statement, shares: Mapping[str, set[str]], groups: Mapping[str, set[str]]
    ) -> None:
        """Join each target to what its sources shared before the statement, and to other targets of one source."""
        bound = set(statement.facts.binds)
        members: dict[str, set[str]] = {}
        for target, sources in shares.items():
            for source in sources:
                together = members.setdefault(source, groups[source] - bound)
                together.add(target)
        for source in sorted(members):
            able = sorted(name for name in members[source] if self._is_able(name, shares))
            for name in able[1:]:
                self.join(statement, able[0], name)

    def join(self, statement: Statement, target: str, source: str) -> None:
        """The two share from this statement on, and so do those that they share with."""
        left, right = self.groups.get(target, {target}), self.groups.get(source, {source})
        self._current.note_group(target, self.groups.get(target))
        self._current.note_group(source, self.groups.get(source))
        self._current.trace.sharing.append((target, source))
        if left is not right and target != source:
            for one in sorted(left):
                for other in sorted(right):
                    self._link(statement, one, other)
        self._join(target, source)

    def link_again(self, statement: Statement, name: str) -> None:
        """The name may have another object now, or still the one that it shares."""
        for other in sorted(self.of(name) - {name}):
            self._link(statement, name, other)

    def _is_able(self, name: str, targets: Mapping[str, set[str]]) -> bool:
        version = self._current.get(name)
        if self._by_identity and version is not None and version.immutable and not version.deleted:
            return True
        return can_share(version) or self._holds(name, targets)

    def _holds(self, name: str, targets: Mapping[str, set[str]]) -> bool:
        """A function or class that is known to hold an object."""
        version = self._current.get(name)
        if version is not None and version.body is not None and version.body.gives_cached:
            return True
        is_code = version is not None and version.code is not None
        return is_code and (name in targets or bool(self.of(name)))

    def _link(self, statement: Statement, one: str, other: str) -> None:
        """From here on the two must come from one step wherever both are used."""
        first, second = self._current[one], self._current[other]
        if first.kind.is_code or second.kind.is_code:
            return
        first.made_of = self._current.made_of(first) | self._current.made_of(second)  # written, and read, together
        second.made_of = first.made_of
        self._current.trace.links.append((first, second))
        first.links.append((statement, second))
        second.links.append((statement, first))


def can_share(version: Version | None) -> bool:
    """Whether it is a value that can be changed in place."""
    return version is not None and not (version.kind.is_code or version.immutable or version.deleted)


def sources_of(statement: Statement, current: Mapping[str, Version]) -> dict[str, set[str]]:
    """Target -> sources of the statement, with what the notebook's own functions give back."""
    shares = {target: set(sources) for target, sources in statement.facts.shares.items()}

    def add(target: str, sources: set[str] | frozenset[str]) -> None:
        shares.setdefault(target, set()).update(sources)

    if statement.travel is Travel.COPY or isinstance(
        statement.node, _DEFINITIONS
    ):  # a default value, a class attribute: code that holds an object
        held = {name for name, read in statement.reads.items() if read.via is None and can_share(current.get(name))}
        code = {name for name, binding in statement.facts.binds.items() if binding.kind.is_code}
        for name in code | set(patched_code(statement)):
            if held:
                add(name, held)
    for call in statement.facts.calls:
        function = current.get(call.function)
        body = function.body if function is not None else None
        if function is None or body is None:
            continue
        if function.code is Kind.CLASS:  # its methods may keep in the instance what they read
            for target in call.targets:
                add(target, set(body.reads))
        arguments = dict([*zip(body.parameters, call.positional, strict=False), *call.keywords])
        for holder, kept in body.stored:
            for target in _argument(holder, body, arguments):
                add(target, _argument(kept, body, arguments) - {target})
        if not function.kind.is_code or body.gives_cached:  # an instance and its class, a result and its cache
            for target in call.targets:
                add(target, {call.function})
        given = frozenset[str]().union(*call.positional, *(names for _, names in call.keywords))
        if body.gives_code:  # a closure may hold the arguments
            for target in call.targets:
                add(target, given)
        for name in body.binds:  # what it binds may be any of its arguments
            add(name, given)
        sources = {name for parameter in body.returns for name in arguments.get(parameter, ())}
        sources |= body.returns - set(body.parameters)
        for target in call.targets:
            add(target, sources)
    _go_through(shares, statement.facts.binds.keys() & shares.keys())
    return shares


def _go_through(shares: dict[str, set[str]], bound: set[str]) -> None:
    """``for row in rows: kept[row] = 1``: a source that the statement itself binds stands for its own sources."""
    for name in bound:
        for sources in shares.values():
            if name in sources:
                sources.update(shares[name])


def _argument(name: str, body: Body, arguments: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The caller's names behind a parameter; a global name stands for itself."""
    return arguments.get(name, frozenset()) if name in body.every_parameter else frozenset({name})
