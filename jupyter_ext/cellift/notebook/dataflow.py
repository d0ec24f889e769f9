"""Def-use chains in document order: which version of each name every statement reads and makes.

A change in place makes a new version of the name, and of the names that share its object. A name that a statement
uses stands for what its code needs too: the body of a function reads its global names where the function is used.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence

from cellift.notebook.cells import Cell
from cellift.notebook.copying import acts_when_defined, block_can_be_copied
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.effects import CONTAINER_METHODS, IPYTHON_NAMES, STATE_CHANGERS
from cellift.notebook.facts import Binding, Body, Call, Change, Facts, Kind, Use
from cellift.notebook.last_values import LAST_VALUES, shown_before
from cellift.notebook.statements import Read, Statement, Travel, Version
from cellift.notebook.steps import SETUP
from cellift.project.dotted import dotted_name

_BUILTINS = frozenset(dir(builtins))
_ALWAYS_THERE = _BUILTINS | {
    "display",
    "get_ipython",
    "__name__",
    "__builtins__",
    "__builtin__",
    "__annotations__",
}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Flow:
    """Resolves statements one after the other; ``diagnostics`` grows as it goes.

    ``kept_as_data`` are indexes of statements that must not be copied: an earlier try has shown that the copies of two
    versions would meet in one step, or that the code holds objects which change. Their values cross.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        step_names: Mapping[int, str],
        kept_as_data: frozenset[int] = frozenset(),
    ) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._statements = statements
        self._step_names = step_names
        self._kept_as_data = kept_as_data
        self._current: dict[str, Version] = {}
        self._sharing: dict[str, set[str]] = {}
        self._reported: set[tuple[str, int]] = set()
        self._anonymous: dict[int, Version] = {}
        #: Index of a definition -> the steps that use it.
        self._used_by: dict[int, set[int]] = {}
        #: Statements of functions and classes that hold objects which change.
        self._stateful_code: dict[int, set[int]] = {}
        #: Statements whose functions or classes are used, in values, where their name means another one.
        self._superseded: set[int] = set()
        self._has_star_import = any(statement.facts.star_imports for statement in statements)
        self._last_definer: dict[str, Statement] = {}
        for statement in statements:
            for name in statement.facts.binds:
                self._last_definer[name] = statement
            for body in statement.facts.bodies.values():
                for name in body.binds:
                    self._last_definer.setdefault(name, statement)

    def run(self) -> None:
        """Resolve every statement."""
        for statement in self._statements:
            self._resolve(statement)

    def code_to_keep(self) -> set[int]:
        """Indexes of definitions (and of what changes them) whose functions and classes have to cross as values."""
        stateful = [
            indexes for definition, indexes in self._stateful_code.items() if len(self._used_by.get(definition, ())) > 1
        ]
        return self._superseded.union(*stateful)

    # --- one statement

    def _resolve(self, statement: Statement) -> None:
        facts = statement.facts
        self._warn_of_lookups(statement)
        defines = isinstance(statement.node, _DEFINITIONS)
        changes: dict[str, Change] = dict(facts.changes)
        later_binds: dict[str, Binding] = {}
        used: set[Version] = set()
        for use in facts.reads.values():
            called = use.name in facts.called
            self._read(statement, use, None, changes, later_binds, used, called=called, defines=defines and not called)
        if facts.reads_all is not None:
            for name in sorted(self._current):
                everything = Use(name, facts.reads_all.line, facts.reads_all.column, soft=True)
                self._read(statement, everything, None, changes, later_binds, used)
        if defines:
            self._run_hooks(statement, changes)
        for call in facts.calls:
            self._note_changed_arguments(call, changes)
        for name, read in statement.reads.items():
            if read.version.stateful:
                changes.setdefault(name, Change(name, read.use.line, read.use.column, "its state moves on"))
        for binding in {**later_binds, **facts.binds}.values():
            if not binding.certain or binding.keeps_previous:
                self._keep_previous(statement, binding)
        for use in facts.may_delete.values():
            known = self._current.get(use.name)
            if use.name in facts.binds:
                facts.binds[use.name].certain = False
            elif known is not None and not known.deleted:
                later_binds.setdefault(use.name, Binding(use.name, Kind.DATA, use.line, use.column))
                self._keep_previous(statement, later_binds[use.name])
        statement.travel = self._travel(statement, changes, later_binds)
        self._note_users(statement)
        made_of = self._made_of(statement)
        shares = self._shares(statement)
        self._apply_changes(statement, changes, made_of, only_others=False)
        groups = {name: self._sharing_of(name) | {name} for names in shares.values() for name in names}
        for binding in facts.binds.values():
            self._bind(statement, binding, made_of)
        for binding in later_binds.values():
            if binding.name not in facts.binds:
                self._bind(statement, binding, made_of)
        self._join_shares(statement, shares, groups)
        self._apply_changes(statement, changes, made_of, only_others=True)
        for use in facts.deletes.values():
            self._sharing_of(use.name).discard(use.name)
            self._sharing.pop(use.name, None)
            self._make(statement, Version(use.name, Kind.DATA, statement, use.line, use.column, deleted=True))

    def _read(
        self,
        statement: Statement,
        use: Use,
        via: str | None,
        changes: dict[str, Change],
        binds: dict[str, Binding],
        used: set[Version],
        *,
        called: bool = False,
        defines: bool = False,
    ) -> None:
        """Note that a name is read, and everything that its code reads, changes and binds in turn.

        ``defines``: the statement is a definition and does not call it: nothing in it runs.
        """
        version = self._current.get(use.name)
        if version is None or version.deleted:
            if (not use.soft and use.name not in statement.facts.binds) or (not use.soft and via is None):
                self._report_missing(statement, use, version, via)
            return
        known = statement.reads.get(use.name)
        if known is None or (known.via is not None and via is None):
            statement.reads[use.name] = Read(version, use, via)
        if not (defines and version.code is not None and not self._has_hooks(version)):
            self._expand(statement, version, use, changes, binds, used, called=called)

    def _expand(
        self,
        statement: Statement,
        version: Version,
        use: Use,
        changes: dict[str, Change],
        binds: dict[str, Binding],
        used: set[Version],
        *,
        called: bool = False,
    ) -> None:
        """``called``: the statement surely calls it, so what its body lacks is an error."""
        if version in used:
            return
        used.add(version)
        for part in sorted(version.made_of, key=lambda part: (part.statement.index, part.name)):
            soft = Use(part.name, use.line, use.column, soft=True)
            current = self._current.get(part.name)
            if not part.anonymous and current is not None and part.definition() is current.definition():
                self._read(statement, soft, version.name, changes, binds, used)
                continue
            if not part.anonymous:
                self._note_superseded(part)
            self._expand(statement, part, soft, changes, binds, used)
        body = version.body
        if not version.kind.is_code and body is None:
            return
        at_once = body.at_once if body is not None and isinstance(statement.node, _DEFINITIONS) else None
        if version.kind is not Kind.IMPORT and not version.anonymous:
            for read in list(version.statement.reads.values()):
                if at_once is None and (read.version.code or read.version.body is not None):
                    self._expand(statement, read.version, use, changes, binds, used)
        if version.previous is not None:
            self._expand(statement, version.previous, use, changes, binds, used)
        if body is None:
            return
        if body.reads_all:
            for name in sorted(self._current):
                self._read(statement, Use(name, use.line, use.column, soft=True), version.name, changes, binds, used)
        calls = {call.function for call in body.calls}
        for inner in body.reads.values():
            if (inner.name in body.binds and inner.name not in self._current) or (
                at_once is not None and inner.name not in at_once
            ):
                continue
            placed = Use(inner.name, use.line, use.column, soft=inner.soft or use.soft or not called)
            self._read(statement, placed, version.name, changes, binds, used, called=called and inner.name in calls)
        for change in body.changes.values():
            if at_once is None or change.name in at_once:
                placed_change = Change(change.name, use.line, use.column, f"{change.how} in {version.name}()")
                changes.setdefault(change.name, placed_change)
        for binding in body.binds.values():
            if at_once is None or binding.name in at_once:
                binds.setdefault(binding.name, Binding(binding.name, Kind.DATA, use.line, use.column))
        for call in body.calls:
            self._note_changed_arguments(call, changes, body)
        if body.holds and not version.anonymous and self._current.get(version.name) is version:
            changes.setdefault(version.name, Change(version.name, use.line, use.column, f"`{body.holds}` may change"))

    def _has_hooks(self, version: Version) -> bool:
        """Deriving a class from it, or making one with it, runs code of the notebook."""
        return any(
            (one.body is not None and one.body.hooks)
            or any(read.version.code is Kind.CLASS and self._has_hooks(read.version) for read in _bases(one))
            for one in version.chain()
        )

    def _run_hooks(self, statement: Statement, changes: dict[str, Change]) -> None:
        """A base class may remember the classes derived from it."""
        if not isinstance(statement.node, ast.ClassDef):
            return
        for name, read in statement.reads.items():
            if read.version.code is Kind.CLASS and self._has_hooks(read.version):
                how = f"class {statement.node.name}"
                changes.setdefault(name, Change(name, read.use.line, read.use.column, how))

    def _note_superseded(self, part: Version) -> None:
        self._superseded.update(one.statement.index for one in part.chain())

    def _note_users(self, statement: Statement) -> None:
        """Which steps use which functions and classes."""
        if statement.travel is Travel.COPY:
            return
        for read in statement.reads.values():
            if read.version.code is not None:
                index = read.version.definition().statement.index
                self._used_by.setdefault(index, set()).add(statement.owner)

    def _note_changed_arguments(self, call: Call, changes: dict[str, Change], caller: Body | None = None) -> None:
        """A function of the notebook that changes its parameter changes what it is called with."""
        for name, change in self._changed_arguments(call, frozenset()).items():
            if caller is None or name not in caller.every_parameter:
                changes.setdefault(name, change)

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

    def _keep_previous(self, statement: Statement, binding: Binding) -> None:
        """A name that may keep its value is read, so that its step has the value that it may keep."""
        previous = self._current.get(binding.name)
        if previous is None or previous.deleted:
            return
        if binding.keeps_previous and previous.kind is not Kind.IMPORT:
            return
        use = Use(binding.name, binding.line, binding.column, soft=True)
        statement.reads.setdefault(binding.name, Read(previous, use))

    # --- what becomes of it

    def _travel(
        self, statement: Statement, changes: Mapping[str, Change], later_binds: Mapping[str, Binding]
    ) -> Travel:
        """Whether other steps get the statement's text or its values."""
        if statement.travel is Travel.PARAMETER:
            return Travel.PARAMETER
        if statement.index in self._kept_as_data or later_binds:
            return Travel.OWN
        facts = statement.facts
        if isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__":
            return Travel.REPLAY  # it holds for all code below
        kinds = {binding.kind for binding in facts.binds.values()}
        alias = self._alias(statement)
        if alias is not None:
            kinds = {alias.kind}
        if kinds:
            return Travel.COPY if self._definition_can_be_copied(statement, kinds, changes) else Travel.OWN
        if self._patches_code(statement, changes):
            return Travel.COPY
        return Travel.OWN

    def _definition_can_be_copied(self, statement: Statement, kinds: set[Kind], changes: Mapping[str, Change]) -> bool:
        node = statement.node
        if any(name in changes for name in statement.reads if not statement.reads[name].version.kind.is_code):
            return False
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return True
        if isinstance(node, _DEFINITIONS):
            return not acts_when_defined(statement)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) or type(node).__name__ == "TypeAlias":
            if Kind.DATA in kinds:
                return False
            if Kind.CONSTANT in kinds:
                if statement.owner != SETUP:
                    return False  # what a step makes comes from that step: chains of copies would repeat all before
                return all(self._is_constant(read.version) for read in statement.reads.values())
            return True
        return any(kind.is_code for kind in kinds) and block_can_be_copied(node, set(statement.reads))

    def _alias(self, statement: Statement) -> Version | None:
        """``g = f``: the function, class or module that ``g`` is from there on."""
        node = statement.node
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name):
            return None
        if not all(isinstance(target, ast.Name) for target in node.targets):
            return None
        read = statement.reads.get(node.value.id)
        return read.version if read is not None and (read.version.kind.is_code or read.version.code) else None

    @staticmethod
    def _is_constant(version: Version) -> bool:
        return version.kind.is_code or (
            version.immutable and version.statement.travel in (Travel.COPY, Travel.PARAMETER)
        )

    def _patches_code(self, statement: Statement, changes: Mapping[str, Change]) -> bool:
        """``pd.options.x = 1``, ``Model.rate = 2``: a change of something that travels as text travels as text."""
        if not isinstance(statement.node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Expr)):
            return False
        patched = self.patched_code(statement)
        touched_data = [
            name for name in changes if name in statement.reads and not statement.reads[name].version.kind.is_code
        ]
        return bool(patched) and not touched_data and not acts_when_defined(statement)

    def patched_code(self, statement: Statement) -> dict[str, Change]:
        """Modules, functions and classes whose state the statement changes."""
        facts = statement.facts
        patched: dict[str, Change] = {}
        for name, read in statement.reads.items():
            version = read.version
            if not version.kind.is_code:
                continue
            change = facts.stores.get(name)
            if change is None and version.code is not None and name in facts.changes:
                change = facts.changes[name] if _only_patches(statement.node, name, facts.changes[name].how) else None
            elif change is None and name in facts.changes and not version.module:
                from_container = facts.changes[name].how.rstrip("()") in CONTAINER_METHODS
                change = facts.changes[name] if from_container or version.kind is not Kind.IMPORT else None
            if change is None:
                change = _state_call(facts, name)
            if change is not None:
                patched[name] = change
        return patched

    # --- versions

    def _made_of(self, statement: Statement) -> frozenset[Version]:
        """Classes, and functions passed as values, that the statement's results may be made of."""
        parts: set[Version] = set()
        for name, read in statement.reads.items():
            version = read.version
            parts |= version.made_of
            if version.code is Kind.CLASS:
                parts.add(version)
            elif version.code is Kind.FUNCTION and read.via is None:
                if name in statement.facts.referenced:
                    parts.add(version)
                elif version.body is not None and version.body.gives_code:
                    parts.add(self._held(statement, version.body))
        parts.update(self._held(statement, body) for body in statement.facts.held)
        return frozenset(parts)

    def _held(self, statement: Statement, body: Body) -> Version:
        """The function inside a value: what it does when it is called."""
        node = statement.node
        made = Version("a function in it", Kind.FUNCTION, statement, node.lineno, 1, body=body, anonymous=True)
        return self._anonymous.setdefault(id(body), made)

    def _bind(self, statement: Statement, binding: Binding, made_of: frozenset[Version]) -> None:
        name = binding.name
        previous = self._current.get(name)
        kind = binding.kind
        if statement.travel is Travel.PARAMETER:
            kind = Kind.CONSTANT
        elif kind is Kind.CONSTANT and statement.travel is Travel.OWN and statement.reads:
            kind = Kind.DATA  # `a + b` of values that are not constants themselves
        alias = self._alias(statement)
        body = statement.facts.bodies.get(name)
        if alias is not None:
            kind, body = alias.kind, alias.body
        source_kind = kind if alias is None else alias.source_kind
        if kind.is_code and statement.travel is Travel.OWN:
            kind = Kind.DATA  # code that cannot be copied crosses as a value
        may_keep = not binding.certain and previous is not None and not previous.deleted
        if not may_keep:
            self._sharing_of(name).discard(name)
            self._sharing.pop(name, None)
        version = Version(
            name,
            kind,
            statement,
            binding.line,
            binding.column,
            body=body,
            module=binding.module or (alias is not None and alias.module),
            immutable=binding.immutable and self._is_plain(statement, binding, kind),
            stateful=name in statement.facts.stateful or name in self._made_stateful(statement),
            source_kind=source_kind,
        )
        if body is not None and self._decorated_with_state(statement):
            body.holds = body.holds or "what its decorator keeps"
        if body is not None and body.holds and version.code is not None:
            self._stateful_code.setdefault(statement.index, set()).add(statement.index)
        if kind is Kind.DATA and not version.immutable:
            version.made_of = made_of
            version.stateful = version.stateful or any(self._changes_by_use(part) for part in made_of)
        if (not binding.certain or binding.keeps_previous) and previous is not None and not previous.deleted:
            version.previous = previous
            version.made_of |= previous.made_of
            version.stateful = version.stateful or previous.stateful
            if kind.is_code and previous.body is not None and version.body is None:
                version.body = previous.body
        if may_keep and previous is not None:
            version.immutable = version.immutable and previous.immutable
        self._make(statement, version)
        if alias is not None and alias.code is not None and alias.name != name:
            self._join(statement, name, alias.name)
        if may_keep:
            for other in sorted(self._sharing_of(name) - {name}):
                self._link(statement, name, other)

    @staticmethod
    def _decorated_with_state(statement: Statement) -> bool:
        if not isinstance(statement.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        called = (statement.reads.get(name) for name in statement.facts.called)
        bodies = [read.version.body for read in called if read is not None and read.version.code is Kind.FUNCTION]
        return bool(statement.node.decorator_list) and any(body is not None and body.gives_stateful for body in bodies)

    def _changes_by_use(self, version: Version) -> bool:
        if version.code is not Kind.CLASS:
            return False
        own = any(one.body is not None and one.body.changes_by_use for one in version.chain())
        return own or any(self._changes_by_use(read.version) for read in _bases(version))

    def _made_stateful(self, statement: Statement) -> set[str]:
        """Names that get what a call of the notebook's own gives: closures and generators that move on."""
        found: set[str] = set()
        for call in statement.facts.calls:
            function = self._current.get(call.function)
            if function is not None and function.body is not None and function.body.gives_stateful:
                found.update(call.targets)
        return found

    @staticmethod
    def _is_plain(statement: Statement, binding: Binding, kind: Kind) -> bool:
        """``str(x)`` is a text unless the notebook has a ``str`` of its own; ``a + b`` is plain if both are."""
        if binding.kind is Kind.CONSTANT:
            return kind is Kind.CONSTANT or all(read.version.immutable for read in statement.reads.values())
        value = getattr(statement.node, "value", None)
        called = value.func if isinstance(value, ast.Call) else None
        return not (isinstance(called, ast.Name) and called.id in statement.reads)

    def _make(self, statement: Statement, version: Version) -> None:
        self._current[version.name] = version
        statement.makes[version.name] = version

    def _apply_changes(
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
            affected = {name} | self._sharing_of(name)
            version = self._current.get(name)
            if change.rebinds and version is not None and version.kind.is_code:
                affected = {other for other in affected if self._is_code(other)}
            if only_others:
                affected.discard(name)
            for other in sorted(affected):
                self._change(statement, other, change, made_of)
        if not only_others:
            for name, change in self.patched_code(statement).items():
                self._change(statement, name, change, made_of)

    def _is_code(self, name: str) -> bool:
        version = self._current.get(name)
        return version is not None and version.kind.is_code

    def _change(self, statement: Statement, name: str, change: Change, made_of: frozenset[Version]) -> None:
        version = self._current.get(name)
        if version is None or version.deleted or version.statement is statement:
            return
        if version.kind.is_code and statement.travel is not Travel.COPY:
            if version.code is not None:
                definition = version.definition().statement.index
                indexes = {one.statement.index for one in version.chain()}
                self._stateful_code.setdefault(definition, set()).update(indexes)
            if change.name == name:
                return
        if version.kind is Kind.IMPORT and name not in self.patched_code(statement):
            return
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
                made_of=version.made_of | (frozenset(p for p in made_of if p.anonymous) if version.code else made_of),
            ),
        )

    # --- shared objects

    def _sharing_of(self, name: str) -> set[str]:
        return self._sharing.get(name, set())

    def _shares(self, statement: Statement) -> dict[str, set[str]]:
        """Target -> sources of the statement, with what the notebook's own functions give back."""
        shares = {target: set(sources) for target, sources in statement.facts.shares.items()}
        if statement.travel is Travel.COPY or isinstance(
            statement.node, _DEFINITIONS
        ):  # a default value, a class attribute: code that holds an object
            held = {name for name, read in statement.reads.items() if read.via is None and self._can_share(name)}
            code = {name for name, binding in statement.facts.binds.items() if binding.kind.is_code}
            for name in code | set(self.patched_code(statement)):
                if held:
                    shares.setdefault(name, set()).update(held)
        for call in statement.facts.calls:
            function = self._current.get(call.function)
            body = function.body if function is not None else None
            if function is None or body is None:
                continue
            if function.code is Kind.CLASS:  # its methods may keep in the instance what they read
                for target in call.targets:
                    shares.setdefault(target, set()).update(body.reads)
            arguments = dict([*zip(body.parameters, call.positional, strict=False), *call.keywords])
            for holder, kept in body.stored:
                for target in _argument(holder, body, arguments):
                    shares.setdefault(target, set()).update(_argument(kept, body, arguments) - {target})
            if not function.kind.is_code or body.gives_cached:  # an instance and its class, a result and its cache
                for target in call.targets:
                    shares.setdefault(target, set()).add(call.function)
            if body.gives_code:  # a closure may hold the arguments
                for target in call.targets:
                    shares.setdefault(target, set()).update(*call.positional, *(names for _, names in call.keywords))
            for name in body.binds:  # what it binds may be any of its arguments
                shares.setdefault(name, set()).update(*call.positional, *(names for _, names in call.keywords))
            if not body.returns or not call.targets:
                continue
            sources = {name for parameter in body.returns for name in arguments.get(parameter, ())}
            sources |= body.returns - set(body.parameters)
            for target in call.targets:
                shares.setdefault(target, set()).update(sources)
        return shares

    def _join_shares(
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
            able = sorted(name for name in members[source] if self._can_share(name) or self._holds(name, shares))
            for name in able[1:]:
                self._join(statement, able[0], name)

    def _can_share(self, name: str) -> bool:
        version = self._current.get(name)
        return version is not None and not (version.kind.is_code or version.immutable or version.deleted)

    def _holds(self, name: str, targets: Mapping[str, set[str]]) -> bool:
        """A function or class that is known to hold an object."""
        version = self._current.get(name)
        if version is not None and version.body is not None and version.body.gives_cached:
            return True
        is_code = version is not None and version.code is not None
        return is_code and (name in targets or name in self._sharing)

    def _join(self, statement: Statement, target: str, source: str) -> None:
        left = self._sharing.setdefault(target, {target})
        right = self._sharing.setdefault(source, {source})
        if left is right:
            return
        for one in sorted(left):
            for other in sorted(right):
                self._link(statement, one, other)
        left |= right
        for name in right:
            self._sharing[name] = left

    def _link(self, statement: Statement, one: str, other: str) -> None:
        """From here on the two must come from one step wherever both are used."""
        first, second = self._current[one], self._current[other]
        if first.kind.is_code or second.kind.is_code:
            return
        first.made_of |= second.made_of  # they are written, and read, together
        second.made_of |= first.made_of
        first.links.append((statement, second))
        second.links.append((statement, first))

    # --- diagnostics

    def _report_missing(self, statement: Statement, use: Use, version: Version | None, via: str | None) -> None:
        name = use.name
        if name in _ALWAYS_THERE and (version is None or name in _BUILTINS):
            return
        key = (name, statement.owner)
        if key in self._reported:
            return
        self._reported.add(key)
        where = self._step_names[statement.owner]
        by = f" (through {via}())" if via else ""
        cell = statement.code.cell
        definer = self._last_definer.get(name)
        if version is not None:
            self._say(
                "CL113",
                f"`{name}` is used in {where}{by}, but {_at(version.statement, version.line)} deletes it.",
                "Remove the del statement, or define the name again.",
                cell,
                use,
            )
        elif definer is not None and (definer.index > statement.index or definer is statement):
            binding = definer.facts.binds.get(name)
            line = binding.line if binding else definer.node.lineno
            self._say(
                "CL105",
                f"`{name}` is used in {where}{by}, but it is defined only further down ({_at(definer, line)}).",
                "Move the definition above its first use; a pipeline follows the order of the notebook.",
                cell,
                use,
            )
        elif self._has_star_import:
            return  # the star import is the error; it may define this name
        elif name in LAST_VALUES and shown_before(name, self._statements, statement):
            return
        elif name in IPYTHON_NAMES:
            self._say(
                "CL205",
                f"`{name}` is used in {where}{by}; it exists only in IPython, not in a step.",
                "Give the value a name of its own in the cell that makes it.",
                cell,
                use,
            )
        else:
            self._say(
                "CL104",
                f"`{name}` is used in {where}{by}, but nothing above defines it.",
                "Define or import it in a cell above, or correct its spelling.",
                cell,
                use,
            )

    def _warn_of_lookups(self, statement: Statement) -> None:
        cell = statement.code.cell
        for use in statement.facts.star_imports:
            self._say(
                "CL109",
                f"`from {use.name} import *` in cell {cell.number} hides which names it defines.",
                "Import the names that the notebook uses, or import the module.",
                cell,
                use,
            )
        for use in statement.facts.dynamic:
            self._say(
                "CL110",
                f"`{use.name}` in cell {cell.number} reaches names by text; which ones it reads or makes cannot be "
                "told from the source.",
                'Use the names themselves, a dictionary of your own, or a text that stands there: `eval("a + b")`.',
                cell,
                use,
            )

    def _say(self, code: str, message: str, fix: str, cell: Cell, use: Use) -> None:
        self.diagnostics.append(diagnose(code, message, cell=cell.id, line=use.line, column=use.column, fix=fix))


def _bases(version: Version) -> list[Read]:
    """What a class statement reads by name: its bases, its metaclass, its decorators."""
    if not isinstance(version.statement.node, ast.ClassDef):
        return []
    return [read for read in version.statement.reads.values() if read.via is None and read.version is not version]


def _only_patches(node: ast.stmt, name: str, how: str) -> bool:
    """``Config.items.append(x)``, ``@show.register``, ``class Child(Base)``: it does nothing but change the code."""
    if isinstance(node, _DEFINITIONS):
        return how.startswith(("@", "class ")) or how == "register()"
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    path = dotted_name(call.func) or ""
    return path.partition(".")[0] == name and call.func.attr in CONTAINER_METHODS | {"register"}


def changes_state(facts: Facts, names: Iterable[str]) -> Change | None:
    """The first call in ``facts`` of one of ``names`` that is known to change the state of the process."""
    for name in names:
        change = _state_call(facts, name)
        if change is not None:
            return change
    return None


def _state_call(facts: Facts, name: str) -> Change | None:
    for path, use in facts.called_paths.items():
        root, _, rest = path.partition(".")
        if root == name and path.rpartition(".")[2] in STATE_CHANGERS:
            return Change(name, use.line, use.column, f"{rest or name}()")
    return None


def _argument(name: str, body: Body, arguments: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The caller's names behind a parameter; a global name stands for itself."""
    return arguments.get(name, frozenset()) if name in body.every_parameter else frozenset({name})


def _at(statement: Statement, line: int) -> str:
    return f"cell {statement.code.cell.number}, line {line}"
