"""What one statement does to names. The visitor in ``scopes`` fills these in; ``dataflow`` reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, TypeVar


class Kind(Enum):
    """What a binding makes of a name: code that can be copied, a constant that can be copied, or data."""

    IMPORT = "import"
    FUNCTION = "function"
    CLASS = "class"
    CONSTANT = "constant"
    DATA = "data"

    #: Imports, functions and classes never cross as values.
    is_code: bool

    def __init__(self, value: str) -> None:
        self.is_code = value in ("import", "function", "class")  # asked very often


class Use(NamedTuple):
    """A name is read at a place. ``soft``: it may never be evaluated, so it is no error when nothing defines it.

    ``branch``: it is soft because it stands in a branch; then a missing definition is worth a warning.
    """

    name: str
    line: int
    column: int
    soft: bool = False
    #: The code says that nothing may define it: ``except NameError``, a text, ``"x" in globals()``.
    excused: bool = False
    branch: bool = False


@dataclass
class Binding:
    """A name is bound by the statement. ``certain`` is False when a branch may pass it by."""

    name: str
    kind: Kind
    line: int
    column: int
    certain: bool = False
    #: ``import a.b``: what an earlier ``import a.c`` gave stays reachable.
    keeps_previous: bool = False
    #: Bound to a module itself, not to something taken from one.
    module: bool = False
    #: A number, a text, None or a tuple of them: sharing it cannot be noticed.
    immutable: bool = False

    def copy(self) -> Binding:
        """Another one with the same content."""
        made = Binding.__new__(Binding)
        vars(made).update(vars(self))
        return made


class Change(NamedTuple):
    """The object behind a name is changed in place; ``how`` says by what, for people."""

    name: str
    line: int
    column: int
    how: str
    #: An attribute of the object itself is bound anew: the objects that it holds stay as they are.
    rebinds: bool = False


class Call(NamedTuple):
    """A call of a plain name: which names its arguments are (or share objects with).

    Names are global ones; in the body of a function also its parameters.
    """

    function: str
    positional: tuple[frozenset[str], ...]
    keywords: tuple[tuple[str, frozenset[str]], ...]
    line: int
    column: int
    #: Names of the statement's targets that the result goes to.
    targets: tuple[str, ...] = ()
    #: Whether the result is gone through at once, as in ``list(f())`` and ``[x for x in f()]``.
    used_up: bool = False


@dataclass
class Body:
    """What runs when a function is called: global names that its body reads, changes, binds; parameters it changes."""

    #: Positional parameters in order, and all parameters.
    parameters: tuple[str, ...] = ()
    every_parameter: frozenset[str] = frozenset()
    reads: dict[str, Use] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    binds: dict[str, Binding] = field(default_factory=dict)
    changed_parameters: dict[str, Change] = field(default_factory=dict)
    #: Parameters and global names whose objects its result may be or hold.
    returns: set[str] = field(default_factory=set)
    #: (holder, held): parameters and global names of which it puts the second into the first.
    stored: set[tuple[str, str]] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    #: Of ``reads``, ``changes`` and ``binds``: what happens at once, not only in a function defined inside.
    at_once: set[str] = field(default_factory=set)
    #: What happens once it and the function that it gives are called, as a decorator with arguments is.
    soon: set[str] = field(default_factory=set)
    #: It calls a function that is defined inside.
    calls_inner: bool = False
    #: Its result may hold a function or class that is defined inside.
    gives_code: bool = False
    #: Such a function changes what is around it: every use of the result changes it. So do generators.
    gives_stateful: bool = False
    #: It is a generator function.
    yields: bool = False
    #: Running it shows something, or gives something else each time.
    acts: bool = False
    #: A class that runs code when a class is derived from it, or made with it as metaclass.
    hooks: bool = False
    #: The object that the function or class itself holds and that its use may change, for people.
    holds: str = ""
    #: Every use of an instance of the class changes that.
    changes_by_use: bool = False
    #: Its results are remembered: who calls it again gets the same object.
    gives_cached: bool = False
    #: Any global name may be read: the text of an ``eval`` is not known.
    reads_all: bool = False
    #: Any function or class may be used: a pickle names those that it needs.
    reads_code: bool = False
    #: Patterns of global names that may be bound: ``globals()[f"v{n}"] = x``.
    binds_like: set[str] = field(default_factory=set)

    def copy(self) -> Body:
        """Another one with the same content, that may be changed."""
        return _with_own_containers(self)


@dataclass
class Facts:
    """What one top-level statement does when it is executed."""

    reads: dict[str, Use] = field(default_factory=dict)
    binds: dict[str, Binding] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    deletes: dict[str, Use] = field(default_factory=dict)
    #: Functions and classes that it defines: what they do when called.
    bodies: dict[str, Body] = field(default_factory=dict)
    #: Bound name -> names whose objects it may be or hold.
    shares: dict[str, set[str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    star_imports: list[Use] = field(default_factory=list)
    #: ``eval``, ``globals()``, ``df.query("@x")``: the name and place of each.
    dynamic: list[Use] = field(default_factory=list)
    #: Bare names used only as the function of a call.
    called: set[str] = field(default_factory=set)
    #: Names used in another way than being called.
    referenced: set[str] = field(default_factory=set)
    #: Bound by a call that makes a generator or iterator.
    stateful: set[str] = field(default_factory=set)
    #: Dotted names of the calls in it, like ``np.random.seed``.
    called_paths: dict[str, Use] = field(default_factory=dict)
    #: Texts that name a file, also in function bodies: file name -> first place.
    files: dict[str, Use] = field(default_factory=dict)
    #: It calls something that writes files, also in function bodies.
    writes_files: bool = False
    #: The first shell command or cell for another program, also in function bodies: what it reads and writes is unseen.
    outside: Use | None = None
    #: Attributes or items of these names are set or deleted.
    stores: dict[str, Change] = field(default_factory=dict)
    #: Names that it may delete: on some path, or at the end of ``except … as name``.
    may_delete: dict[str, Use] = field(default_factory=dict)
    #: Any name may be read: the text of an ``eval`` is not known.
    reads_all: Use | None = None
    #: Any function or class may be used: a pickle names those that it needs.
    reads_code: Use | None = None
    #: Patterns of names that may be bound: ``globals()[f"v{n}"] = x``.
    binds_like: dict[str, Use] = field(default_factory=dict)
    #: Functions in expressions that what it makes may hold: what they do when they are called.
    held: list[Body] = field(default_factory=list)
    #: It imports a module beside the notebook, also in function bodies.
    loads_modules: bool = False

    def copy(self) -> Facts:
        """Another one with the same content, that may be changed. Names of one body have one body again."""
        made = _with_own_containers(self)
        if self.bodies or self.held:
            bodies = {id(body): body.copy() for body in (*self.bodies.values(), *self.held)}
            made.bodies = {name: bodies[id(body)] for name, body in self.bodies.items()}
            made.held = [bodies[id(body)] for body in self.held]
        if self.shares:
            made.shares = {name: set(sources) for name, sources in self.shares.items()}
        return made


_T = TypeVar("_T", Body, Facts)
#: What the rules for state add to, or take from, the facts of a statement. All else stays as it was read.
_CHANGED_LATER = ("reads", "changes", "binds", "bodies", "stores", "called_paths", "shares")


def _with_own_containers(one: _T) -> _T:
    made = type(one).__new__(type(one))  # without the containers that it would begin with
    content = vars(made)
    content.update(vars(one))
    for name in _CHANGED_LATER:
        if name in content:
            content[name] = content[name].copy()
    if one.binds:
        made.binds = {name: binding.copy() for name, binding in one.binds.items()}
    return made
