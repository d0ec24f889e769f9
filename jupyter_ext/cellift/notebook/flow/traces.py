"""What the resolution of a statement depended on and what it did, so that it need not be done again after an edit.

A trace holds as long as the names that the statement asked for mean the same versions, share with the same names, and
may be made of the same code: then what it did is done again without asking. All else that matters, the facts of the
statement itself among it, is the same as long as the statement is (`notebook.resolved`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.scopes.facts import Body

if TYPE_CHECKING:
    from cellift.notebook.flow.blocks import BlockTrace

NOBODY: frozenset[str] = frozenset()


class Trace:
    """Of one statement. ``whole``: it asked for all names there are, so nothing short of that would do."""

    def __init__(self) -> None:
        self.whole = False
        # What it depended on.
        self.names: list[tuple[str, Version | None]] = []
        self.groups: list[tuple[str, frozenset[str]]] = []
        self.parts: list[tuple[Version, frozenset[Version]]] = []
        self.held: list[tuple[Body, Version, bool]] = []
        self.bound_by_functions: list[tuple[str, bool]] = []
        self.kept_as_data = False
        self.around: tuple[Any, ...] = ()
        # What it did.
        self.travel = Travel.OWN
        self.reads: dict[str, Read] | None = None
        self.made: list[Version] = []
        self.parts_after: list[tuple[Version, frozenset[Version]]] = []
        self.links: list[tuple[Version, Version]] = []
        self.sharing: list[tuple[str, str]] = []
        self.users: list[Statement] = []
        self.constants: list[tuple[Statement, bool]] = []
        self.given: frozenset[Version] = frozenset()
        self.said: list[tuple[str, tuple[Any, ...]]] = []
        #: Bodies of its facts with what they held before.
        self.bodies: list[tuple[Body, str]] = []


class Names(dict[str, Version]):
    """What each name means at this place of the notebook; notes for the trace that is being made what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.trace = Trace()
        self._asked: dict[str, Version | None] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._parts: dict[Version, frozenset[Version]] = {}

    def begin(self) -> None:
        """Another statement."""
        self.trace = Trace()
        self._asked, self._groups, self._parts = {}, {}, {}

    def end(self, statement: Statement) -> Trace:
        """The trace of the statement that has been resolved."""
        trace = self.trace
        trace.names = list(self._asked.items())
        # One name of each group stands for all in it.
        trace.groups = list({group or name: (name, group) for name, group in self._groups.items()}.values())
        own = set(trace.made)
        trace.parts = [(version, parts) for version, parts in self._parts.items() if version not in own]
        trace.parts_after = [(version, version.made_of) for version in {**dict.fromkeys(trace.made), **self._parts}]
        trace.travel = statement.travel
        if any(read.kept for read in statement.reads.values()):
            trace.reads = dict(statement.reads)
        return trace

    # --- as a dictionary

    def get(self, name: str, default: Any = None) -> Any:
        """As of any dictionary."""
        found = super().get(name, default)
        if name not in self._asked:
            self._asked[name] = found
        return found

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        self.trace.whole = True
        return super().__iter__()

    def items(self) -> Any:
        """As of any dictionary."""
        self.trace.whole = True
        return super().items()

    # --- beside it

    def made_of(self, version: Version) -> frozenset[Version]:
        """What the value of the version may be made of, as far as is known at this place."""
        if version not in self._parts:
            self._parts[version] = version.made_of
        return version.made_of

    def note_group(self, name: str, group: set[str] | None) -> None:
        """The names that ``name`` shares with are asked for, or about to be changed."""
        members = frozenset(group or ())
        for member in group or (name,):
            self._groups.setdefault(member, members)


def still_holds(
    trace: Trace | BlockTrace,
    names: Names,
    groups: Mapping[str, set[str]],
    held: Mapping[int, Version],
    functions_bind: Callable[[str], bool],
) -> bool:
    """Whether the statement, or those of the block, would find everything as it was found then."""
    meaning = dict.get
    for name, version in trace.names:
        if meaning(names, name) is not version:
            return False
    for one, parts in trace.parts:
        if one.made_of is not parts and one.made_of != parts:
            return False
    for name, group in trace.groups:
        if groups.get(name, NOBODY) != group:
            return False
    for body, version, made in trace.held:
        if held.get(id(body)) is not (None if made else version):
            return False
    return all(functions_bind(name) is answer for name, answer in trace.bound_by_functions)
