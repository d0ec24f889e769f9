"""Statements that change the state of the process: options, environment, filters, levels, attributes of modules.

Later steps run in processes of their own, so such a statement is repeated at the beginning of each of them, in document
order. Where it does more than that, the changed state itself is handed on, as a pseudo-variable like ``state:environ``
(a *channel*), if the step's runner knows how to; else it is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.log_files import writes_message
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.blocks import Block, of_steps
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.scopes.bindings import local_names, parameter_names
from cellift.notebook.scopes.effects import DISPLAY_FUNCTIONS
from cellift.notebook.scopes.facts import Binding, Facts, Kind, Use
from cellift.notebook.state.kinds import KINDS, OTHER, STREAMS, StateChange, States, names_in, states_of
from cellift.notebook.state.local_modules import is_kept_by_module
from cellift.notebook.state.names import STATE, is_pseudo
from cellift.notebook.state.reach import Code
from cellift.notebook.steps import SETUP
from cellift.project.dotted import last_name
from cellift.project.remembered import of_kind

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OF_CONTEXTS = ("__enter__", "__exit__")
_NEVER = (*_FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass
class Channels:
    """What an earlier try has shown: which kinds are handed on by value, from which statement on, and who takes them.

    Statements are known by their place in the document.
    """

    start: dict[str, int] = field(default_factory=dict)
    changing: dict[int, frozenset[str]] = field(default_factory=dict)
    taking: dict[int, frozenset[str]] = field(default_factory=dict)

    def note(self, index: int, facts: Facts, node: ast.stmt) -> None:
        """Add the reads and bindings of channels to the facts of a statement."""
        for kind in sorted(self.taking.get(index, frozenset()) | self.changing.get(index, frozenset())):
            name = f"{STATE}{kind}"
            facts.reads.setdefault(name, Use(name, node.lineno, node.col_offset + 1, soft=True))
            if kind in self.changing.get(index, ()):
                facts.binds.setdefault(name, Binding(name, Kind.DATA, node.lineno, node.col_offset + 1))


class StateChanges:
    """Decides for every statement that changes state how later steps come by that change."""

    def __init__(self, blocks: Sequence[Block], files: FileUse, channels: Channels) -> None:
        self._statements = [statement for block in blocks for statement in block.statements]
        self._of_step = of_steps(blocks)
        self._files = files
        self._channels = channels
        self._states = states_of(files.names)
        self._reach = files.reach
        self._last = max(self._of_step, default=SETUP)
        self._found: dict[Statement, tuple[StateChange, ...]] = {}
        self._blocks = blocks
        #: Statements that cannot be repeated.
        self.stuck: list[Statement] = []

    def of(self, statement: Statement) -> tuple[StateChange, ...]:
        """What the statement, and what it calls of the notebook, leaves changed."""
        if statement not in self._found:
            # What puts streams back may be another statement: that is asked anew each time.
            self._found[statement] = self._without_streams(statement, self._remembered(statement))
        return self._found[statement]

    def _may_change(self, block: Block) -> list[Statement]:
        """The statements that change something, and those of which that has to be asked each time."""
        codes = self._reach.of_block(block)
        known: _Known | None = block.found.get("changes")
        if known is None or known.codes is not codes or not self._are_told(known):
            sure = {statement for statement in block.settled if not self._remembered(statement)}
            changing = [statement for statement in block.statements if statement not in sure]
            known = self._known([code for several in codes.values() for code in several], codes, changing)
            block.found["changes"] = known
        return known.found  # type: ignore[no-any-return]

    def _remembered(self, statement: Statement) -> tuple[StateChange, ...]:
        codes = self._reach.of(statement)
        known = statement.found.get("changes")
        if known is not None and known.codes == codes and self._are_told(known):
            return known.found  # type: ignore[no-any-return]
        changes = tuple(self._changes(statement))
        statement.found.pop("changes", None)
        # A read that nobody needs is taken back, or not.
        if statement.is_settled:
            statement.found["changes"] = self._known(codes, codes, changes)
        return changes

    def _known(self, code: Sequence[Code], key: object, found: object) -> _Known:
        nodes = [node for one in code for node in one.nodes]
        # Of an expression the names are not kept; what one of two methods does depends on the other one.
        plain = all(isinstance(node, ast.stmt) for node in nodes)
        if not plain or any(getattr(one.function, "name", "") in _OF_CONTEXTS for one in code):
            return _Known(self._states, key, None, (), found)
        names = tuple(dict.fromkeys(name for node in nodes if isinstance(node, ast.stmt) for name in names_in(node)))
        return _Known(self._states, key, names, self._states.told(names), found)

    def _are_told(self, known: _Known) -> bool:
        """Whether all imported names in the code stand for what they stood for."""
        return known.states is self._states or (
            known.names is not None and self._states.told(known.names) == known.told
        )

    def knows(self, name: str) -> bool:
        """Whether the name is an import, so that what changes it is seen."""
        return self._states.knows(name)

    def decide(self) -> None:
        """Mark what later steps repeat (`Travel.REPLAY`); the rest is ``stuck``."""
        for statement in (one for block in self._blocks for one in self._may_change(block)):
            changes = self.of(statement)
            statement.effect = changes[0].how if changes else ""
            if statement.owner == self._last or statement.travel in (Travel.PARAMETER, Travel.REPLAY):
                continue
            if not changes or statement.index in self._channels.changing or is_kept_by_module(statement):
                continue
            if self._can_be_repeated(statement):
                statement.travel = Travel.REPLAY
            elif statement.owner != SETUP or statement.travel is Travel.OWN:
                self.stuck.append(statement)

    def more_channels(self, stuck: Iterable[Statement]) -> Channels | None:
        """Channels with those that ``stuck`` needs added; None when there are none to add."""
        start = dict(self._channels.start)
        before = dict(start)
        for statement in stuck:
            kinds = {change.kind for change in self.of(statement)}
            if kinds <= set(KINDS):
                for kind in kinds:
                    start[kind] = min(start.get(kind, statement.index), statement.index)
        if start == before:
            return None
        changing: dict[int, frozenset[str]] = {}
        growing = True
        while growing:  # a statement that changes two kinds takes the other one with it
            growing = False
            for statement in self._statements:
                kinds = {change.kind for change in self.of(statement)} & set(KINDS)
                if statement.owner == self._last or not any(
                    start.get(k, statement.index + 1) <= statement.index for k in kinds
                ):
                    continue
                changing[statement.index] = frozenset(kinds)
                for kind in kinds:
                    if start.get(kind, statement.index + 1) > statement.index:
                        start[kind] = statement.index
                        growing = True
        taking: dict[int, frozenset[str]] = {}
        for owner in range(1, self._last + 1):
            own = [s for s in self._statements if s.owner == owner and not isinstance(s.node, _NEVER)]
            taker = next((s for s in own if s.travel is not Travel.REPLAY or s.index in changing), None)
            if taker is not None:
                taking[taker.index] = frozenset(start)
        return Channels(start, changing, taking)

    def repeated(self, owner: int) -> tuple[tuple[int, int], ...]:
        """Places (number of the cell, line) of the step's statements that later steps repeat."""
        own = (statement for statement in self._of_step.get(owner, ()) if statement.travel is Travel.REPLAY)
        return tuple((statement.code.cell.number, statement.node.lineno) for statement in own)

    def refusals(self, step_names: Mapping[int, str]) -> list[Diagnostic]:
        """An error for every statement that can neither be repeated nor handed on."""
        return [self._refusal(s, step_names) for s in self.stuck]

    def _refusal(self, statement: Statement, step_names: Mapping[int, str]) -> Diagnostic:
        how = self.of(statement)[0].how
        cell = statement.code.cell
        if statement.owner == SETUP:
            return diagnose(
                "CL301",
                f"Cell {cell.number}, line {statement.node.lineno} computes a value and changes state ({how}); the "
                "steps get the value, not the state.",
                cell=cell.id,
                line=statement.node.lineno,
                fix=f"Put {how} into a statement of its own.",
            )
        return diagnose(
            "CL302",
            f"{step_names[statement.owner].capitalize()} changes the state of the process ({how}) in a statement that "
            "does more; later steps would run without that change.",
            cell=cell.id,
            line=statement.node.lineno,
            fix="Make the change in a statement of its own, or above the first step.",
        )

    def _changes(self, statement: Statement) -> list[StateChange]:
        found: list[StateChange] = []
        for code in self._reach.of(statement):
            changes = [one for one in self._states.changes(code.nodes) if _is_import(one.name, statement, code)]
            if code.function is not None and isinstance(code.function, _FUNCTIONS):
                changes = self._lasting(code, changes) + self._through_arguments(code, code.function)
            inside = f" in {code.function.name}()" if isinstance(code.function, _FUNCTIONS) else ""
            found.extend(StateChange(change.how + inside, change.kind, change.name) for change in changes)
        return found

    def _lasting(self, code: Code, changes: list[StateChange]) -> list[StateChange]:
        """Without what a ``finally``, or the ``__exit__`` of the same class, undoes."""
        assert isinstance(code.function, _FUNCTIONS)
        if code.function.name not in _OF_CONTEXTS:
            undone = self._states.put_back(*code.nodes)
            return [change for change in changes if change.kind not in undone]
        other = "__exit__" if code.function.name == "__enter__" else "__enter__"
        sibling = self._reach.sibling(code.function, other)
        undone = {change.kind for change in self._states.changes(sibling.body)} if sibling is not None else set()
        return [change for change in changes if change.kind not in undone]

    def _through_arguments(self, code: Code, function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[StateChange]:
        """``patch(json.JSONEncoder, f)``: attributes that a function sets on what the call gives it of a library."""
        if code.call is None:
            return []
        set_on = set()
        for node in (inner for one in code.nodes for inner in of_kind(one, ast.Attribute, ast.Call)):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                set_on.add(last_name(node.value) if isinstance(node.value, ast.Name) else "")
            elif isinstance(node, ast.Call) and last_name(node.func) in ("setattr", "delattr") and node.args:
                set_on.add(node.args[0].id if isinstance(node.args[0], ast.Name) else "")
        parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        if parameters[:1] in (["self"], ["cls"]):
            del parameters[0]  # the call does not name it
        given = [*zip(parameters, code.call.args, strict=False), *((k.arg, k.value) for k in code.call.keywords)]
        paths = (self._states.path(value) for name, value in given if name in set_on)
        return [StateChange(f"{path}.…", OTHER) for path in paths if path and "(" not in path]

    def _without_streams(self, statement: Statement, found: tuple[StateChange, ...]) -> tuple[StateChange, ...]:
        """A step that sets ``sys.stdout`` and sets it again has put it back."""
        if not any(change.kind == STREAMS for change in found):
            return found
        setting = sum(
            change.kind == STREAMS
            for other in self._of_step[statement.owner]
            for change in self._states.changes([other.node])
        )
        return tuple(change for change in found if change.kind != STREAMS) if setting > 1 else found

    def _can_be_repeated(self, statement: Statement) -> bool:
        """It makes no name that others read, writes nothing, nor does what it calls of the notebook.

        What a statement of a step shows is shown there alone; that of the set-up has no step of its own.
        """
        if any(change.kind == STREAMS for change in self.of(statement)):
            return False
        # The folder may be gone by then; magics keep a history that no runner hands on.
        goes = any(change.kind == "cwd" and not change.how.startswith("%") for change in self.of(statement))
        if goes and statement.owner != SETUP:
            return False
        for name, version in statement.makes.items():
            drawn = is_pseudo(name) and version.how
            if drawn or (not is_pseudo(name) and not version.kind.is_code and name in self._read):
                return False
        if any(map(is_pseudo, statement.makes)) and any(map(is_pseudo, statement.reads)):
            return False
        if self._files.leaves_files(statement):
            return False
        if statement.owner != SETUP:
            return True
        nodes = (node for code in self._reach.of(statement) for node in code.acts())
        return not any(isinstance(node, ast.Call) and self._shows(node) for node in nodes)

    @cached_property
    def _read(self) -> set[str]:
        return {name for statement in self._statements for name in statement.reads}

    def _shows(self, call: ast.Call) -> bool:
        return last_name(call.func) in DISPLAY_FUNCTIONS or writes_message(call, self._states.path(call.func))


class _Known(NamedTuple):
    """What was found in some code, with all that it depends on: ``names`` of the code, if that is all of it."""

    states: States
    codes: object
    names: tuple[str, ...] | None
    told: tuple[tuple[str, str], ...]
    found: Any


def _is_import(name: str, statement: Statement, code: Code) -> bool:
    """Whether the imported name means the import here: elsewhere it may be a variable of the notebook."""
    if isinstance(code.function, _FUNCTIONS):
        local, of_notebook, _ = local_names(code.nodes)
        if name not in of_notebook and name in local | set(parameter_names(code.function.args)):
            return any(
                (one.asname or one.name.partition(".")[0]) == name
                for node in ast.walk(code.function)
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for one in node.names
            )
    read = statement.reads.get(name)
    return read is None or read.version.kind is Kind.IMPORT or name in statement.facts.binds
