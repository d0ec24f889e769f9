"""Top-level statements in document order, and the versions of names that they make and read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from cellift.notebook.graph import Place
from cellift.notebook.scopes.facts import Body, Change, Facts, Kind, Use
from cellift.notebook.source import CellCode

if TYPE_CHECKING:
    from cellift.notebook.flow.traces import Trace


class Travel(Enum):
    """How what a statement does reaches another step."""

    OWN = "own"  # it runs in its own step; its values cross as data
    COPY = "copy"  # its text is copied to the steps that need it
    REPLAY = "replay"  # its text runs in every step
    PARAMETER = "parameter"  # the run gives the value


@dataclass(eq=False)
class Version:
    """A name from one binding or change to the next."""

    name: str
    kind: Kind
    statement: Statement
    line: int
    column: int
    how: str = ""
    previous: Version | None = None
    body: Body | None = None
    module: bool = False
    immutable: bool = False
    stateful: bool = False
    deleted: bool = False
    #: Classes and functions of the notebook that its value may be made of.
    made_of: frozenset[Version] = frozenset()
    #: Functions and classes of the notebook that hold the object too, or a part of it.
    parts_of: frozenset[Version] = frozenset()
    #: What the source makes of the name: differs from ``kind`` where code crosses as data.
    source_kind: Kind | None = None
    #: A function in an expression, or one that a call made: nothing is known of it but what it does.
    anonymous: bool = False
    #: Where another name came to share its object: that statement, and the other name's version.
    links: list[tuple[Statement, Version]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where it is made."""
        return Place(self.statement.code.cell.id, self.line)

    @property
    def code(self) -> Kind | None:
        """Whether it is a function or class of the notebook, however it travels."""
        return self.source_kind if self.source_kind in (Kind.FUNCTION, Kind.CLASS) else None

    def definition(self) -> Version:
        """The version that the source defines, before all changes."""
        version = self
        while version.how and version.previous is not None:
            version = version.previous
        return version

    def chain(self) -> Iterator[Version]:
        """This version and those that it changes or may keep, latest first."""
        version: Version | None = self
        while version is not None:
            yield version
            version = version.previous


class Read(NamedTuple):
    """A statement sees this version of a name; ``via`` is the function whose body reads it, if one does."""

    version: Version
    use: Use
    via: str | None = None
    #: It is there only because the statement may leave the name as it is.
    kept: bool = False


@dataclass(eq=False)
class Statement:
    """One top-level statement of a cell, owned by a step (index into the layout's groups)."""

    index: int
    code: CellCode
    node: ast.stmt
    owner: int
    facts: Facts
    travel: Travel = Travel.OWN
    #: What it leaves changed in the process, for people.
    effect: str = ""
    reads: dict[str, Read] = field(default_factory=dict)
    makes: dict[str, Version] = field(default_factory=dict)
    #: What its resolution depended on and did, and what its facts were made of.
    trace: Trace | None = field(default=None, repr=False)
    source: tuple[Any, ...] = field(default=(), repr=False)
    #: What later rules have found out about it, each with all that it depends on.
    found: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_settled(self) -> bool:
        """What it reads stays as long as the statement does: nothing that it reads is taken back, or not."""
        return self.trace is not None and self.trace.reads is None

    @property
    def brings_all(self) -> bool:
        """A star import. Where its text is copied to, values that other steps hand over come after it."""
        return isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.code.cell.id, self.node.lineno)


def take_apart(statements: Iterable[Statement]) -> None:
    """Nobody asks any more: what refers to each other in circles goes at once, without the garbage collector."""
    for statement in statements:
        for version in statement.makes.values():
            version.links.clear()
            version.previous, version.made_of, version.parts_of = None, frozenset(), frozenset()
        for version in statement.trace.made if statement.trace is not None else ():
            version.links.clear()
            version.previous, version.made_of, version.parts_of = None, frozenset(), frozenset()
        statement.trace = None
        statement.found.clear()
        statement.reads.clear()
        statement.makes.clear()


_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def declare_changes(own: Sequence[Statement], names: Iterable[str]) -> None:
    """The step whose statements are ``own`` says that it changes these names in place: its last action does."""
    if not own:
        return
    last = next((s for s in reversed(own) if not isinstance(s.node, _DEFINITIONS)), own[-1])
    for name in names:
        place = (last.node.lineno, last.node.col_offset + 1)
        last.facts.reads.setdefault(name, Use(name, *place, soft=True))
        last.facts.changes.setdefault(name, Change(name, *place, "--changes"))


def as_it_was(statement: Statement) -> Statement:
    """The statement before it was resolved, as another object: nothing that knows the first one takes it for that."""
    given = Travel.PARAMETER if statement.travel is Travel.PARAMETER else Travel.OWN
    if statement.trace is not None:
        for body, held in reversed(statement.trace.bodies):
            body.holds = held
    again = Statement(statement.index, statement.code, statement.node, statement.owner, statement.facts, given)
    again.source = statement.source
    return again
