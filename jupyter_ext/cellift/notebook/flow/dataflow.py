"""Def-use chains in document order: which version of each name every statement reads and makes.

A change in place makes a new version of the name, and of the names that share its object. A name that a statement
uses stands for what its code needs too: the body of a function reads its global names where the function is used.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cellift.notebook.diagnostics import Diagnostic
from cellift.notebook.flow.blocks import Block, BlockTrace, joined
from cellift.notebook.flow.by_text import NamesByText
from cellift.notebook.flow.code import CodeUse, definitions_used
from cellift.notebook.flow.constants import ConstantUse
from cellift.notebook.flow.missing import Missing
from cellift.notebook.flow.own_parts import NO_PARTS, Parts
from cellift.notebook.flow.reach import DEFINITIONS, Reach
from cellift.notebook.flow.sharing import sources_of
from cellift.notebook.flow.statements import Read, Statement, Version, as_it_was
from cellift.notebook.flow.traces import Trace, still_holds
from cellift.notebook.flow.travel import patched_code, travel_of
from cellift.notebook.flow.versions import Versions
from cellift.notebook.scopes.facts import Binding, Change, Kind, Use
from cellift.project.dotted import dotted_name, last_name


class Flow:
    """Resolves statements one after the other; ``diagnostics`` grows as it goes.

    One with a trace of an earlier analysis that still holds is left as it was then; where it does not hold, another
    statement takes its place in the list. So what a resolution depends on besides the statement goes by the trace.

    ``kept_as_data`` are indexes of statements that must not be copied: an earlier try has shown that the copies of two
    versions would meet in one step, or that the code holds objects which change. Their values cross.
    ``by_identity``: copies of values that cannot be changed can be told apart. ``weakly``: there are weak references.
    ``parts``: objects that the notebook's own code holds.
    """

    def __init__(
        self,
        statements: list[Statement],
        blocks: Sequence[Block],
        step_names: Mapping[int, str],
        kept_as_data: frozenset[int] = frozenset(),
        *,
        by_identity: bool = False,
        weakly: bool = False,
        parts: Parts = NO_PARTS,
    ) -> None:
        self._statements = statements
        self._blocks = blocks
        self._kept_as_data = kept_as_data
        self._missing = Missing(statements, blocks, step_names)
        self._code = CodeUse()
        self._constants = ConstantUse()
        self._versions = Versions(self._code, by_identity=by_identity, weakly=weakly, parts=parts)
        self._current = self._versions.current
        self._objects_matter = (by_identity, weakly, parts)
        #: Code of the notebook that libraries were given (`pd.DataFrame.first = f`): whatever uses them may call it.
        self._given: frozenset[Version] = frozenset()
        self._by_text = NamesByText(blocks, self._current, self._missing)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What cannot be resolved."""
        return self._missing.diagnostics

    def run(self) -> None:
        """Resolve every statement."""
        start = 0
        for block in self._blocks:
            if block.trace is not None and self._all_hold(block.trace):
                self._repeat_all(block.trace)
            else:
                self._resolve_each(block, start)
            start += len(block.statements)
        self._missing.warn_of_the_rest()

    def _resolve_each(self, block: Block, start: int) -> None:
        repeated = 0
        for place, statement in enumerate(block.statements):
            trace = statement.trace
            if trace is not None and self._still_holds(statement, trace):
                self._repeat(statement, trace)
                repeated += 1
            else:
                self._statements[start + place] = again = self._anew(statement)
                block.replace(place, again)
        if repeated == len(block.statements) and block.is_plain:
            block.trace = joined(block.statements)

    def _anew(self, statement: Statement) -> Statement:
        again = statement if statement.trace is None else as_it_was(statement)
        self._current.begin()
        self._current.trace.around = (self._objects_matter, self._given)
        self._resolve(again)
        again.trace = self._current.end(again)
        return again

    def code_to_keep(self) -> set[int]:
        """Indexes of definitions (and of what changes them) whose functions, classes, constants cross as values."""
        return self._code.to_keep() | self._constants.to_keep()

    def _still_holds(self, statement: Statement, trace: Trace) -> bool:
        if trace.whole or trace.kept_as_data is not (statement.index in self._kept_as_data):
            return False
        return self._holds(trace)

    def _all_hold(self, trace: BlockTrace) -> bool:
        return not self._kept_as_data and self._holds(trace)

    def _holds(self, trace: Trace | BlockTrace) -> bool:
        if trace.around != (self._objects_matter, self._given):
            return False
        versions = self._versions
        return still_holds(trace, self._current, versions.sharing.groups, versions.held, self._missing.functions_bind)

    def _repeat_all(self, trace: BlockTrace) -> None:
        """As `_repeat` for each of the statements."""
        for statement, travel in trace.travels:
            statement.travel, statement.effect = travel, ""
        for statement, reads in trace.reads:
            statement.reads = dict(reads)
        for version in trace.made:
            if version.links:
                version.links = []
        for version, parts in trace.parts_after.items():
            version.made_of = parts
        for statement, first, second in trace.links:
            first.links.append((statement, second))
            second.links.append((statement, first))
        self._current.update(trace.makes)
        if trace.sharing:
            self._versions.sharing.again(trace.sharing)
        self._versions.held.update(trace.held_after)
        self._given |= trace.given
        for statement, users in trace.users:
            self._code.note_users(statement, users)
        for statement, constants in trace.constants:
            self._constants.note(statement, constants)
        for statement, what, told in trace.said:
            self._tell(statement, what, told)

    def _repeat(self, statement: Statement, trace: Trace) -> None:
        """What the trace says that the resolution of the statement does."""
        if statement.facts.star_imports or statement.facts.dynamic:
            self._missing.warn_of_lookups(statement)
        statement.travel, statement.effect = trace.travel, ""
        if trace.reads is not None:
            statement.reads = dict(trace.reads)
        for version in trace.made:
            version.links = []
        for version, parts in trace.parts_after:
            version.made_of = parts
        for first, second in trace.links:
            first.links.append((statement, second))
            second.links.append((statement, first))
        self._current.update(statement.makes)
        if trace.sharing:
            self._versions.sharing.again(trace.sharing)
        for body, version, _ in trace.held:
            self._versions.held[id(body)] = version
        if trace.given:
            self._given |= trace.given
        if trace.users:
            self._code.note_users(statement, trace.users)
        if trace.constants:
            self._constants.note(statement, trace.constants)
        for what, told in trace.said:
            self._tell(statement, what, told)

    def _tell(self, statement: Statement, what: str, told: tuple[Any, ...]) -> None:
        if what == "superseded":
            self._code.note_superseded(*told)
        elif what == "changed":
            self._code.note_changed(*told)
        elif what == "taken":
            self._code.note_taken(told[0], statement)
        elif what == "patched":
            self._code.note_patched(told[0], statement)
        elif what == "report":
            self._missing.report(statement, *told)
        else:
            self._missing.warn(statement, *told)

    def _resolve(self, statement: Statement) -> None:
        facts = statement.facts
        self._missing.warn_of_lookups(statement)
        reach = Reach(statement, self._current, self._code, self._missing, self._by_text)
        self._read(statement, reach)
        changes = reach.changes
        for name, read in statement.reads.items():
            if read.version.stateful:
                changes.setdefault(name, Change(name, read.use.line, read.use.column, "its state moves on"))
        for name, change in self._constants.changed_parameters(statement, self._current).items():
            changes.setdefault(name, change)
        later_binds = reach.binds
        self._keep_what_may_stay(statement, later_binds)
        statement.travel = travel_of(statement, changes, later_binds, self._kept_as_data)
        trace = self._current.trace
        trace.kept_as_data = statement.index in self._kept_as_data
        trace.users = definitions_used(statement)
        self._code.note_users(statement, trace.users)
        trace.constants = self._constants.used(statement, self._current)
        self._constants.note(statement, trace.constants)
        made_of = self._versions.made_of(statement)
        if any(statement.reads[name].version.kind is Kind.IMPORT for name in patched_code(statement)):
            trace.given = made_of
        shares = sources_of(statement, self._current)
        sharing = self._versions.sharing
        self._versions.take_parts(statement, shares)
        self._versions.apply_changes(statement, changes, made_of, only_others=False)
        groups = {name: sharing.of(name) | {name} for names in shares.values() for name in names}
        for binding in facts.binds.values():
            self._versions.bind(statement, binding, made_of)
        for binding in later_binds.values():
            if binding.name not in facts.binds:
                self._versions.bind(statement, binding, made_of)
        sharing.join_targets(statement, shares, groups)
        self._versions.apply_changes(statement, changes, made_of, only_others=True)
        if _registers(statement):
            trace.given = made_of | {self._current[name] for name in facts.binds}
        self._given |= trace.given
        for use in facts.deletes.values():
            self._versions.delete(statement, use)

    def _read(self, statement: Statement, reach: Reach) -> None:
        """What the statement reads, by itself and through what it uses."""
        facts = statement.facts
        node = statement.node
        defines = isinstance(node, DEFINITIONS)
        for use in facts.reads.values():
            called = use.name in facts.called
            reach.read(use, None, called=called, defines=(defines or _gives(node)) and not called)
        if self._given and not isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
            reach.use_code(self._given, Use("", node.lineno, node.col_offset + 1, soft=True), "a library that has it")
        if facts.reads_all is not None:
            reach.read_all(facts.reads_all, None)
        if facts.reads_code is not None:
            reach.read_code(facts.reads_code, None)
        for pattern, use in facts.binds_like.items():
            reach.bind_like(pattern, use)
        if defines:
            reach.run_hooks()
        for call in facts.calls:
            reach.note_changed_arguments(call)

    def _keep_what_may_stay(self, statement: Statement, later_binds: dict[str, Binding]) -> None:
        """Names that the statement may bind, or delete, keep their value where it does not."""
        facts = statement.facts
        for binding in {**later_binds, **facts.binds}.values():
            if not binding.certain or binding.keeps_previous:
                self._keep_previous(statement, binding)
        for use in facts.may_delete.values():
            known = self._current.get(use.name)
            if use.name not in facts.binds and known is not None and not known.deleted:
                later_binds.setdefault(use.name, Binding(use.name, Kind.DATA, use.line, use.column))
                self._keep_previous(statement, later_binds[use.name])

    def _keep_previous(self, statement: Statement, binding: Binding) -> None:
        """A name that may keep its value is read, so that its step has the value that it may keep."""
        previous = self._current.get(binding.name)
        if previous is None or previous.deleted:
            return
        if binding.keeps_previous and previous.kind is not Kind.IMPORT:
            return
        use = Use(binding.name, binding.line, binding.column, soft=True)
        statement.reads.setdefault(binding.name, Read(previous, use, kept=True))


def _registers(statement: Statement) -> bool:
    """``@pd.api.extensions.register_dataframe_accessor("mine")``: a library knows what it defines from here on.

    What modules beside the notebook keep crosses as their state.
    """
    if any(name.startswith("state:module:") for name in statement.facts.changes):
        return False
    for decorator in getattr(statement.node, "decorator_list", ()):
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        root = (dotted_name(function) or "").partition(".")[0]
        read = statement.reads.get(root)
        imported = read is not None and read.version.kind is Kind.IMPORT
        if imported and root != "atexit" and last_name(function).startswith("register"):
            return True
    return False


def _gives(node: ast.stmt) -> bool:
    """``pd.DataFrame.first = f``: what ``f`` reads counts where it may be called."""
    return (
        isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and isinstance(node.targets[0], ast.Attribute)
    )
