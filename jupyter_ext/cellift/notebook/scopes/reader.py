"""What is known while a top-level statement is read: the scopes around, the names bound so far, the facts found.

Two moments are kept apart. What is evaluated when the statement runs (decorators, defaults, class bodies, the
iterables of comprehensions) goes into ``Facts``; what a function body reads goes into its ``Body`` and counts where
the function is used.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

from cellift.notebook.scopes.bindings import local_names, parameter_names
from cellift.notebook.scopes.effects import MUTATING_METHODS
from cellift.notebook.scopes.facts import Binding, Body, Change, Facts, Kind, Use
from cellift.notebook.scopes.lookups import text_of
from cellift.notebook.scopes.sharing import shared_names

#: A "handler" scope holds the name of ``except … as name``; everything else in it binds in the scope around.
ScopeKind = Literal["module", "class", "function", "comprehension", "handler"]
#: Module -> the names of its star import, each with whether it is certain; None: nobody can tell.
StarNames = Callable[[str], "dict[str, bool] | None"]


@dataclass
class Scope:
    """The names of one scope while it is read."""

    kind: ScopeKind
    names: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    parameters: tuple[str, ...] = ()
    #: In a function: local name -> names whose objects it may be or hold.
    shares: dict[str, set[str]] = field(default_factory=dict)

    def sources(self, name: str) -> set[str]:
        """``name`` and all names that it may share an object with, through other local names."""
        found = {name}
        pending = [name]
        while pending:
            for source in self.shares.get(pending.pop(), ()):
                if source not in found:
                    found.add(source)
                    pending.append(source)
        return found


@dataclass(frozen=True)
class Around:
    """What is known of the whole notebook when one of its statements is read."""

    #: Methods of the notebook's own classes that change their object.
    changing_methods: frozenset[str] = frozenset()
    #: Attributes whose objects are changed in place.
    changed_attributes: frozenset[str] = frozenset()
    #: Classes whose objects change when they are only looked at.
    changed_by_a_look: frozenset[str] = frozenset()
    #: Names after ``@`` in any text.
    at_names: frozenset[str] = frozenset()
    #: ``__subclasses__`` is asked for.
    asks_for_subclasses: bool = False
    #: ``cache_info`` or ``cache_clear`` is asked for.
    asks_for_caches: bool = False
    #: Where a function remembers its results: names that mean something else later, or whose objects change.
    moving: frozenset[str] = frozenset()
    #: ``from __future__ import annotations``: annotations are not evaluated.
    lazy_annotations: bool = False
    #: Names that are given one text in the whole notebook and nothing else.
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def bare(self) -> Around:
        """What matters of it to a statement without classes that names none of those methods and texts."""
        empty: frozenset[str] = frozenset()
        return replace(self, changing_methods=empty, changed_attributes=empty, changed_by_a_look=empty, texts={})


class Reader:
    """Reads one statement; ``visits`` says what to do with each kind of node."""

    def __init__(
        self,
        visits: Visits,
        column: Callable[[ast.expr | ast.stmt], int],
        around: Around,
        star_names: StarNames | None = None,
    ) -> None:
        self._visits = visits
        self.star_names = star_names
        self.facts = Facts()
        self.column = column
        self.around = around
        self.changing_methods = MUTATING_METHODS | around.changing_methods
        self.nested = 0  # functions and lambdas around, inside the body that is being read
        self.conditional = 0  # branches and loops around, outside function bodies
        self.is_used_up = False  # what is read here is gone through at once
        self.used_at_once = 0  # lambdas here are arguments of a call that does not keep them
        self.scopes = [Scope("module")]
        self.body: Body | None = None  # the function body being read, None while statements run at once
        self.body_scope: Scope | None = None
        self.bound: set[str] = set()  # global names certainly bound so far in this statement
        self.soft = 0
        self.asked: set[str] = set()  # names of which the statement asks whether they are there
        self.only_read: set[ast.AST] = set()  # expressions whose value nobody changes or keeps
        self.uncalled = 0  # functions around that may not be called when what is around them is
        self.branches = 0  # branches around that may be passed by, also inside function bodies
        self.targets: tuple[str, ...] = ()  # global names that the expression being read is assigned to
        self.class_body = Body()  # of the outermost class being read: what its methods do
        self.inline = Body()  # lambdas inside expressions: they may run within this very statement
        self.held_lambdas: Body | None = None  # those of them that what the statement makes may hold

    def finish(self) -> Facts:
        """The facts of the statement that was visited."""
        facts = self.facts
        for name, binding in facts.binds.items():
            binding.certain = name in self.bound
        inline = [self.inline]
        if self.held_lambdas:
            facts.held.append(self.held_lambdas)
        inline.extend(body for name, body in facts.bodies.items() if name in facts.referenced | facts.called)
        for body in inline:
            for name, use in body.reads.items():
                if name not in facts.binds:
                    facts.reads.setdefault(name, Use(name, use.line, use.column, soft=True))
            for name, change in body.changes.items():
                facts.changes.setdefault(name, change)
            facts.calls.extend(body.calls)
            if body.reads_all and facts.reads_all is None:
                facts.reads_all = Use("", 1, 1, soft=True)
            if body.reads_code and facts.reads_code is None:
                facts.reads_code = Use("", 1, 1, soft=True)
            for pattern in body.binds_like:
                facts.binds_like.setdefault(pattern, Use("globals", 1, 1))
        return facts

    # --- scopes

    def owner(self, name: str) -> Scope:
        """The scope that ``name`` means here."""
        inside_class_body = True
        for scope in reversed(self.scopes):
            if scope.kind == "module" or name in scope.global_names:
                return self.scopes[0]
            if scope.kind == "class" and not inside_class_body:
                continue  # a class body is seen by its own statements only
            if name in scope.names:
                return scope
            inside_class_body = inside_class_body and scope.kind == "handler"
        return self.scopes[0]

    def is_global(self, name: str) -> bool:
        """Whether ``name`` means the notebook's own name here."""
        return self.owner(name).kind == "module"

    def at_top(self) -> bool:
        """Outside all functions, classes and comprehensions."""
        return self.body is None and all(scope.kind in ("module", "handler") for scope in self.scopes)

    def at_module(self) -> bool:
        """Not inside a class body."""
        return all(scope.kind != "class" for scope in self.scopes)

    def at_module_level(self) -> bool:
        """Outside all functions and classes."""
        return self.body is None and self.at_module()

    def in_own_scope(self) -> bool:
        """In the function whose body is read, not in a function or class inside it."""
        return next(scope for scope in reversed(self.scopes) if scope.kind != "handler") is self.body_scope

    # --- names

    def read(self, name: str, node: ast.expr | ast.stmt, *, soft: bool = False) -> None:
        """A name is read."""
        if not self.is_global(name):
            return
        excused = soft or self.soft > 0 or name in self.asked
        # In a loop that has bound the name: only who knows how the loop goes can say that it is missing.
        soft = excused or self.uncalled > 0 or (self.body is None and name in self.facts.binds)
        branch = self.branches > 0 and not soft
        use = Use(name, node.lineno, self.column(node), soft or branch, excused, branch)
        if self.body is not None:
            _first(self.body.reads, use)
            self.note_at_once(name)
        elif name not in self.bound:
            _first(self.facts.reads, use)

    def text_of(self, node: ast.AST) -> str | None:
        """The text that an expression gives, if it is known."""
        if isinstance(node, ast.Name) and self.is_global(node.id):
            return self.around.texts.get(node.id)
        return text_of(node)

    def note_at_once(self, name: str) -> None:
        """What the body does to the name happens when it is called, not only in a function defined inside."""
        if self.body is not None and self.nested <= 1:
            self.body.soon.add(name)
            if not self.nested:
                self.body.at_once.add(name)

    def bind(
        self,
        name: str,
        node: Any,
        kind: Kind,
        *,
        walrus: bool = False,
        keeps_previous: bool = False,
        module: bool = False,
        immutable: bool = False,
    ) -> None:
        """A name is bound in the scope that is read."""
        passed_by = ("handler", "comprehension") if walrus else ("handler",)
        scope = next(scope for scope in reversed(self.scopes) if scope.kind not in passed_by)
        if name in scope.global_names:
            scope = self.scopes[0]
        if scope.kind != "module":
            scope.names.add(name)
            return
        binding = Binding(name, kind, node.lineno, self.column(node), False, keeps_previous, module, immutable)
        if self.body is not None:
            self.body.binds.setdefault(name, binding)
            self.note_at_once(name)
            return
        earlier = self.facts.binds.get(name)
        if earlier is not None and earlier.kind is not kind:
            if earlier.kind.is_code or not kind.is_code:
                binding = earlier if earlier.kind.is_code else binding
            binding.immutable = False
        self.facts.binds[name] = binding
        self.bound.add(name)

    def delete(self, name: str, node: ast.expr) -> None:
        """A name is deleted."""
        self.read(name, node)
        if not self.is_global(name):
            return
        use = Use(name, node.lineno, self.column(node))
        if self.body is not None:  # a function may or may not be called
            self.body.binds.setdefault(name, Binding(name, Kind.DATA, use.line, use.column))
            self.note_at_once(name)
            return
        self.bound.discard(name)
        if self.conditional or self.soft:
            self.facts.may_delete[name] = use
            return
        self.facts.deletes[name] = use
        self.facts.binds.pop(name, None)

    # --- objects

    def change(self, node: ast.expr, how: str, *, rebinds: bool = False) -> None:
        """The object that ``node`` gives is changed in place."""
        for name in shared_names(node, changed=True):
            change = Change(name.id, name.lineno, self.column(name), how, rebinds)
            owner = self.owner(name.id)
            if owner.kind == "module":
                sink = self.body.changes if self.body is not None else self.facts.changes
                sink.setdefault(name.id, change)
                self.note_at_once(name.id)
            elif self.body is not None and owner is self.body_scope:
                self.body.gives_stateful |= self.nested > 0
                self.change_through_local(change, owner)
            elif self.body is not None and owner.kind == "function":
                here = next(scope for scope in reversed(self.scopes) if scope.kind == "function")
                self.body.gives_stateful |= owner is not here  # of a decorator that has arguments

    def change_through_local(self, change: Change, scope: Scope) -> None:
        """A local name of a function may be its parameter, or a global object."""
        assert self.body is not None
        for source in sorted(scope.sources(change.name)):
            if source in scope.parameters:
                self.body.changed_parameters.setdefault(source, change)
            elif source not in scope.names:
                self.body.changes.setdefault(source, Change(source, change.line, change.column, change.how))
                self.note_at_once(source)

    def store_into(self, target: ast.Attribute | ast.Subscript, how: str) -> None:
        """An attribute or item is set or deleted."""
        plain = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
        self.change(target.value, how, rebinds=plain)
        self.note_store(target, how)

    def note_store(self, node: ast.expr, how: str) -> None:
        """An attribute or item of a name itself is set: on a module that is a change of state."""
        base = node
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if isinstance(base, ast.Name) and self.body is None and self.is_global(base.id):
            change = Change(base.id, base.lineno, self.column(base), how)
            self.facts.stores.setdefault(base.id, change)

    def share(self, targets: Iterable[ast.Name], value: ast.expr) -> None:
        """The targets may be, or hold, objects of the names in ``value``."""
        sources = {name.id for name in shared_names(value)}
        if self.body is not None:
            if self.body_scope is not None and self.in_own_scope():
                for target in targets:
                    self.body_scope.shares.setdefault(target.id, set()).update(sources)
            return
        sources = {name for name in sources if self.is_global(name)}
        for target in targets:
            if self.is_global(target.id) and sources:
                self.facts.shares.setdefault(target.id, set()).update(sources)

    # --- what is read

    def visit(self, node: ast.AST) -> None:
        """Read a part of the statement."""
        read = self._visits.get(type(node).__name__)
        if read is not None:
            read(self, node)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read parts in this order."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    @contextmanager
    def in_scope(self, scope: Scope) -> Iterator[Scope]:
        """What is read inside is in a scope of its own."""
        self.scopes.append(scope)
        try:
            yield scope
        finally:
            self.scopes.pop()

    @contextmanager
    def softly(self, soft: bool = True) -> Iterator[None]:
        """What is read inside may never be evaluated."""
        self.soft += soft
        try:
            yield
        finally:
            self.soft -= soft

    @contextmanager
    def using_up(self, used_up: bool) -> Iterator[None]:
        """What is read inside is gone through at once, and not kept itself."""
        before, self.is_used_up = self.is_used_up, self.is_used_up or used_up
        try:
            yield
        finally:
            self.is_used_up = before

    @contextmanager
    def perhaps_uncalled(self, uncalled: bool) -> Iterator[None]:
        """What is read inside is a function that may not be called."""
        self.uncalled += uncalled
        try:
            yield
        finally:
            self.uncalled -= uncalled

    @contextmanager
    def in_branch(self, branch: bool = True) -> Iterator[None]:
        """What is read inside is read only where control comes this way."""
        self.branches += branch
        try:
            yield
        finally:
            self.branches -= branch

    def read_body(self, body: Body, arguments: ast.arguments, statements: Sequence[ast.AST]) -> None:
        """Read a function's body into ``body``: its free names count when it is called."""
        bound, global_names, nonlocal_names = local_names(statements)
        parameters = parameter_names(arguments)
        scope = Scope("function", bound | set(parameters), global_names, tuple(parameters))
        scope.names -= nonlocal_names
        outer = (self.body, self.body_scope)
        nested = self.body is not None
        self.nested += nested
        body.gives_stateful |= nested and bool(nonlocal_names)
        if self.body is None:
            self.body, self.body_scope = body, scope
            positional = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
            if self.scopes[-1].kind != "class":
                body.parameters = tuple(positional)
                body.every_parameter = frozenset(parameters)
        try:
            with self.in_scope(scope):
                self.visit_all(statements)
        finally:
            self.body, self.body_scope = outer
            self.nested -= nested


#: Name of a kind of node -> what reads it; nodes of other kinds are read part by part.
Visits: TypeAlias = Mapping[str, Callable[[Reader, Any], None]]


def _first(uses: dict[str, Use], use: Use) -> None:
    """Keep the first use, but a use that is certain before one that may never happen."""
    known = uses.get(use.name)
    if known is None or (known.soft and not use.soft):
        uses[use.name] = use
