"""The statements of one cell together: what holds for all of them is asked once, and done again at once.

Which cell is edited, the others stay: then a look at each cell is enough where there was one at each statement.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import wraps
from typing import Any, TypeVar

from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.flow.traces import Trace
from cellift.notebook.scopes.facts import Body

_Result = TypeVar("_Result")


class Block:
    """Statements that stand one after the other in the cell with the tree ``tree``.

    ``is_setup``: they are of the set-up. ``found``: what is known of just these statements, as long as they stay.
    """

    def __init__(self, tree: ast.Module, *, is_setup: bool) -> None:
        self.tree = tree
        self.is_setup = is_setup
        self.statements: list[Statement] = []
        #: The next analysis may take them as they are. One that is resolved anew must be the same in this.
        self.is_plain = True
        self.trace: BlockTrace | None = None
        self.found: dict[str, Any] = {}

    def replace(self, place: int, statement: Statement) -> None:
        """Another statement stands there."""
        self.statements[place] = statement
        self.trace = None
        self.found.clear()

    def versions_read(self) -> AbstractSet[Version]:
        """What the statements read."""
        (settled,) = versions_read_for_sure([self])
        more = {read.version for statement in self.open for read in statement.reads.values()}
        return settled | more if more else settled

    @property
    def open(self) -> list[Statement]:
        """The statements of which a read may be taken back."""
        return _divided([self])[0][1]

    @property
    def settled(self) -> list[Statement]:
        """The others: as long as they stay, they read what they read."""
        return _divided([self])[0][0]


def of_each_block(function: Callable[[Sequence[Statement]], _Result]) -> Callable[[Sequence[Block]], list[_Result]]:
    """For what depends on nothing but facts of statements, and on what they make, and which nobody changes."""
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def of_all(blocks: Sequence[Block]) -> list[_Result]:
        return [
            block.found[key] if key in block.found else block.found.setdefault(key, function(block.statements))
            for block in blocks
        ]

    return of_all


@of_each_block
def _divided(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    return [one for one in statements if one.is_settled], [one for one in statements if not one.is_settled]


@of_each_block
def versions_read_for_sure(statements: Sequence[Statement]) -> frozenset[Version]:
    """By statements that read the same as long as they stay."""
    sure = (one for one in statements if one.is_settled)
    return frozenset(read.version for one in sure for read in one.reads.values())


def of_steps(blocks: Sequence[Block]) -> dict[int, list[Statement]]:
    """The statements of each step that has some."""
    found: dict[int, list[Statement]] = {}
    for block in blocks:
        if block.statements:
            found.setdefault(block.statements[0].owner, []).extend(block.statements)
    return found


class BlockTrace:
    """The traces of a block's statements as one, with the fields of the same names that are asked of a `Trace`."""

    def __init__(self, around: tuple[Any, ...]) -> None:
        self.around = around
        # What they depended on that none of them did.
        self.names: list[tuple[str, Version | None]] = []
        self.groups: list[tuple[str, frozenset[str]]] = []
        self.parts: list[tuple[Version, frozenset[Version]]] = []
        self.held: list[tuple[Body, Version, bool]] = []
        self.bound_by_functions: list[tuple[str, bool]] = []
        # What they did.
        self.travels: list[tuple[Statement, Travel]] = []
        self.reads: list[tuple[Statement, dict[str, Read]]] = []
        self.made: list[Version] = []
        self.makes: dict[str, Version] = {}
        self.parts_after: dict[Version, frozenset[Version]] = {}
        self.links: list[tuple[Statement, Version, Version]] = []
        self.sharing: list[tuple[str, str]] = []
        self.held_after: dict[int, Version] = {}
        self.users: list[tuple[Statement, list[Statement]]] = []
        self.constants: list[tuple[Statement, list[tuple[Statement, bool]]]] = []
        self.given: frozenset[Version] = frozenset()
        self.said: list[tuple[Statement, str, tuple[Any, ...]]] = []


def joined(statements: Sequence[Statement]) -> BlockTrace | None:
    """The traces of statements that have just been found to hold, one after the other; None where that cannot be told.

    What one depends on that one before it did is as it was if that one does the same again.
    """
    traces = [one.trace for one in statements if one.trace is not None]
    if not traces:
        return None
    made = BlockTrace(traces[0].around)
    names: dict[str, Version | None] = {}
    bound: dict[str, bool] = {}
    sharing: set[str] = set()  # names of whose groups it is known what they are
    for statement, trace in zip(statements, traces, strict=True):
        if trace.kept_as_data:
            return None
        if statement.facts.star_imports or statement.facts.dynamic:
            return None
        names.update(pair for pair in trace.names if pair[0] not in made.makes)
        bound.update(trace.bound_by_functions)
        _depend(made, trace, sharing)
        _do(made, trace, statement)
    made.names, made.bound_by_functions = list(names.items()), list(bound.items())
    return made


def _depend(made: BlockTrace, trace: Trace, sharing: set[str]) -> None:
    made.groups += [(name, group) for name, group in trace.groups if name not in sharing and group.isdisjoint(sharing)]
    sharing.update(name for one, group in trace.groups for name in (one, *group))
    made.parts += [(one, parts) for one, parts in trace.parts if one not in made.parts_after]
    made.held += [entry for entry in trace.held if id(entry[0]) not in made.held_after]


def _do(made: BlockTrace, trace: Trace, statement: Statement) -> None:
    made.travels.append((statement, trace.travel))
    if trace.reads is not None:
        made.reads.append((statement, trace.reads))
    made.made += trace.made
    made.makes.update(statement.makes)
    made.parts_after.update(trace.parts_after)
    made.links += [(statement, first, second) for first, second in trace.links]
    made.sharing += trace.sharing
    made.held_after.update((id(body), version) for body, version, _ in trace.held)
    if trace.users:
        made.users.append((statement, trace.users))
    if trace.constants:
        made.constants.append((statement, trace.constants))
    made.given |= trace.given
    made.said += [(statement, what, told) for what, told in trace.said]
