# ruff: noqa: N802, N815 (names of visit methods are those of the syntax tree)
"""The one visitor of syntax trees: what a top-level statement reads, binds and changes, with Python's scopes.

Two moments are kept apart. What is evaluated when the statement runs (decorators, defaults, class bodies, the
iterables of comprehensions) goes into ``Facts``; what a function body reads goes into its ``Body`` and counts where
the function is used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from cellift.notebook.bindings import local_names, parameter_names, target_names
from cellift.notebook.effects import (
    CLASS_FACTORIES,
    CONTAINER_METHODS,
    DISPLAY_FUNCTIONS,
    FILE_WRITERS,
    ITERATORS,
    MODULE_FILE_WRITERS,
    MUTATED_KEYWORDS,
    MUTATING_FUNCTIONS,
    MUTATING_METHODS,
    STATEFUL_FACTORIES,
)
from cellift.notebook.facts import Binding, Body, Call, Change, Facts, Kind, Use
from cellift.notebook.held_state import held_by_class, held_default, sets_its_class
from cellift.notebook.literals import gives_plain_value, is_immutable_literal, is_literal, is_plain_expression
from cellift.notebook.lookups import formats_names, is_namespace, names_after_at, text_of, uses_functions_at_once
from cellift.notebook.magics_facts import MagicFacts, read_magic
from cellift.notebook.mangling import with_private_names
from cellift.notebook.methods import changes_by_use
from cellift.notebook.sharing import shared_names
from cellift.project.dotted import dotted_name, last_name

#: A "handler" scope holds the name of ``except … as name``; everything else in it binds in the scope around.
ScopeKind = Literal["module", "class", "function", "comprehension", "handler"]
#: Methods that run when the class is called.
_RUN_BY_THE_CLASS = frozenset({"__init__", "__new__", "__post_init__"})
_FILE_NAME = re.compile(r"(?:^|[/\\])([\w\-. ]*\.[A-Za-z][A-Za-z0-9]{0,7})$")
_WRITING_MODES = frozenset("wax+")
#: Calls that give something else each time, or talk to people: what they are part of is not repeated.
UNREPEATABLE = frozenset(
    "next time time_ns now today utcnow uuid1 uuid4 urandom token_hex token_bytes getpid perf_counter monotonic "
    "process_time input open rand randn randint random uniform normal choice choices sample integers standard_normal "
    "default_rng RandomState Random shuffle permutation pop popleft popitem read readline recv get_nowait".split()
)

#: Module -> the names of its star import, each with whether it is certain; None: nobody can tell.
StarNames = Callable[[str], "dict[str, bool] | None"]


@dataclass
class _Scope:
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
    #: Names after ``@`` in any text.
    at_names: frozenset[str] = frozenset()
    #: ``__subclasses__`` is asked for.
    asks_for_subclasses: bool = False
    #: ``cache_info`` or ``cache_clear`` is asked for.
    asks_for_caches: bool = False
    #: ``from __future__ import annotations``: annotations are not evaluated.
    lazy_annotations: bool = False


def read_statement(
    statement: ast.stmt,
    column: Callable[[ast.expr | ast.stmt], int],
    around: Around | None = None,
    star_names: StarNames | None = None,
) -> Facts:
    """The facts of one top-level statement.

    ``column`` gives a node's column as people count; ``star_names`` tells what ``from M import *`` brings.
    """
    visitor = _Visitor(column, around or Around(), star_names)
    visitor.visit(with_private_names(statement))
    return visitor.finish()


class _Visitor:
    def __init__(
        self, column: Callable[[ast.expr | ast.stmt], int], around: Around, star_names: StarNames | None = None
    ) -> None:
        self._star_names = star_names
        self.facts = Facts()
        self._column = column
        self._around = around
        self._changing_methods = MUTATING_METHODS | around.changing_methods
        self._nested = 0  # functions and lambdas around, inside the body that is being read
        self._conditional = 0  # branches and loops around, outside function bodies
        self._used_at_once = 0  # lambdas here are arguments of a call that does not keep them
        self._scopes = [_Scope("module")]
        self._body: Body | None = None  # the function body being read, None while statements run at once
        self._body_scope: _Scope | None = None
        self._bound: set[str] = set()  # global names certainly bound so far in this statement
        self._soft = 0
        self._targets: tuple[str, ...] = ()  # global names that the expression being read is assigned to
        self._class_body = Body()  # of the outermost class being read: what its methods do
        self._inline = Body()  # lambdas inside expressions: they may run within this very statement
        self._held_lambdas: Body | None = None  # those of them that what the statement makes may hold

    def finish(self) -> Facts:
        facts = self.facts
        for name, binding in facts.binds.items():
            binding.certain = name in self._bound
        inline = [self._inline]
        if self._held_lambdas:
            facts.held.append(self._held_lambdas)
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
        return facts

    # --- names

    def _owner(self, name: str) -> _Scope:
        """The scope that ``name`` means here."""
        inside_class_body = True
        for scope in reversed(self._scopes):
            if scope.kind == "module" or name in scope.global_names:
                return self._scopes[0]
            if scope.kind == "class" and not inside_class_body:
                continue  # a class body is seen by its own statements only
            if name in scope.names:
                return scope
            inside_class_body = inside_class_body and scope.kind == "handler"
        return self._scopes[0]

    def _is_global(self, name: str) -> bool:
        return self._owner(name).kind == "module"

    def _read(self, name: str, node: ast.expr | ast.stmt, *, soft: bool = False) -> None:
        if not self._is_global(name):
            return
        use = Use(name, node.lineno, self._column(node), soft or self._soft > 0)
        if self._body is not None:
            _first(self._body.reads, use)
            self._note_at_once(name)
        elif name not in self._bound:
            _first(self.facts.reads, use)

    def _note_at_once(self, name: str) -> None:
        if self._body is not None and not self._nested:
            self._body.at_once.add(name)

    def _bind(
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
        passed_by = ("handler", "comprehension") if walrus else ("handler",)
        scope = next(scope for scope in reversed(self._scopes) if scope.kind not in passed_by)
        if name in scope.global_names:
            scope = self._scopes[0]
        if scope.kind != "module":
            scope.names.add(name)
            return
        binding = Binding(name, kind, node.lineno, self._column(node), False, keeps_previous, module, immutable)
        if self._body is not None:
            self._body.binds.setdefault(name, binding)
            self._note_at_once(name)
            return
        earlier = self.facts.binds.get(name)
        if earlier is not None and earlier.kind is not kind:
            if earlier.kind.is_code or not kind.is_code:
                binding = earlier if earlier.kind.is_code else binding
            binding.immutable = False
        self.facts.binds[name] = binding
        self._bound.add(name)

    def _delete(self, name: str, node: ast.Name) -> None:
        self._read(name, node)
        if not self._is_global(name):
            return
        use = Use(name, node.lineno, self._column(node))
        if self._body is not None:  # a function may or may not be called
            self._body.binds.setdefault(name, Binding(name, Kind.DATA, use.line, use.column))
            self._note_at_once(name)
            return
        self._bound.discard(name)
        if self._conditional:
            self.facts.may_delete[name] = use
            return
        self.facts.deletes[name] = use
        self.facts.binds.pop(name, None)

    def _change(self, node: ast.expr, how: str, *, rebinds: bool = False) -> None:
        """The object that ``node`` gives is changed in place."""
        for name in shared_names(node, changed=True):
            change = Change(name.id, name.lineno, self._column(name), how, rebinds)
            owner = self._owner(name.id)
            if owner.kind == "module":
                sink = self._body.changes if self._body is not None else self.facts.changes
                sink.setdefault(name.id, change)
                self._note_at_once(name.id)
            elif self._body is not None and owner is self._body_scope:
                self._body.gives_stateful |= self._nested > 0
                self._change_through_local(change, owner)

    def _change_through_local(self, change: Change, scope: _Scope) -> None:
        """A local name of a function may be its parameter, or a global object."""
        assert self._body is not None
        for source in sorted(scope.sources(change.name)):
            if source in scope.parameters:
                self._body.changed_parameters.setdefault(source, change)
            elif source not in scope.names:
                self._body.changes.setdefault(source, Change(source, change.line, change.column, change.how))
                self._note_at_once(source)

    def _store_into(self, target: ast.Attribute | ast.Subscript, how: str) -> None:
        plain = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
        self._change(target.value, how, rebinds=plain)
        self._note_store(target, how)

    def _note_store(self, node: ast.expr, how: str) -> None:
        """An attribute or item of a name itself is set: on a module that is a change of state."""
        base = node
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if isinstance(base, ast.Name) and self._body is None and self._is_global(base.id):
            change = Change(base.id, base.lineno, self._column(base), how)
            self.facts.stores.setdefault(base.id, change)

    # --- dispatch

    def visit(self, node: ast.AST) -> None:
        method = getattr(self, "visit_" + type(node).__name__, None)
        if method is not None:
            method(node)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    @contextmanager
    def _in_scope(self, scope: _Scope) -> Any:
        self._scopes.append(scope)
        try:
            yield scope
        finally:
            self._scopes.pop()

    @contextmanager
    def _softly(self, soft: bool = True) -> Any:
        self._soft += soft
        try:
            yield
        finally:
            self._soft -= soft

    # --- expressions

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._read(node.id, node)
            if self._body is None and self._is_global(node.id):
                self.facts.referenced.add(node.id)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and "://" not in node.value:
            found = _FILE_NAME.search(node.value)
            if found:
                self.facts.files.setdefault(found[1], Use(found[1], node.lineno, self._column(node)))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if self._looks_up(node):
            return
        function = node.func
        if isinstance(function, ast.Name):
            self._read(function.id, function)
            if self._body is None and self._is_global(function.id):
                self.facts.called.add(function.id)
        else:
            self.visit(function)
        at_once = uses_functions_at_once(node)
        self._used_at_once += at_once
        self._visit_all(node.args)
        self._visit_all(keyword.value for keyword in node.keywords)
        self._used_at_once -= at_once
        self._note_call(node)

    def _note_magic(self, found: MagicFacts, node: ast.Call) -> None:
        """A magic: the names in its text, and what it binds."""
        with self._softly():
            self._visit_all(found.expressions)
        if found.body:
            nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
            self._read_body(self._inline if self._body is None else self._body, nothing, found.body)
        binds = self.facts.binds if self._body is None else self._body.binds
        for name in found.binds:
            binds[name] = Binding(name, Kind.DATA, node.lineno, self._column(node), immutable=True)
            if self._body is None:
                self._bound.add(name)
        for file in found.files:
            self.facts.files.setdefault(file, Use(file, node.lineno, self._column(node)))
        if found.outside:
            self.facts.writes_files = True
            self.facts.outside = self.facts.outside or Use("files:", node.lineno, self._column(node))

    def _note_call(self, node: ast.Call) -> None:
        magic = read_magic(node)
        if magic is not None:
            self._note_magic(magic, node)
        name = last_name(node.func)
        path = dotted_name(node.func)
        if self._body is not None and not self._nested and (name in DISPLAY_FUNCTIONS or name in UNREPEATABLE):
            self._body.acts = True
        if path and self._body is None and self._is_global(path.split(".")[0]):
            self.facts.called_paths.setdefault(path, Use(path, node.lineno, self._column(node)))
        if isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            if name in self._changing_methods:
                self._change(receiver, f"{name}()")
            if name in CONTAINER_METHODS and not isinstance(receiver, ast.Name):
                self._note_store(receiver, f"{name}()")
        if name in MUTATING_FUNCTIONS and node.args:
            self._change(node.args[0], f"{name}()")
        for keyword in node.keywords:
            if keyword.arg in MUTATED_KEYWORDS:
                self._change(keyword.value, f"{keyword.arg}=")
            if keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True:
                self._change(node.func, f"{name}(inplace=True)")
        if (
            name in FILE_WRITERS
            or path in MODULE_FILE_WRITERS
            or name.startswith("to_")
            or (name == "open" and _opens_to_write(node))
        ):
            self.facts.writes_files = True
        self._note_lookup(node, name)
        if isinstance(node.func, ast.Name) and self._is_global(node.func.id):
            self._note_arguments(node, node.func)

    def _note_arguments(self, node: ast.Call, function: ast.Name) -> None:
        def names(argument: ast.expr) -> frozenset[str]:
            found = {name.id for name in shared_names(argument)}
            scope = self._body_scope
            if scope is not None:
                found = {source for name in found for source in scope.sources(name)}
                return frozenset(name for name in found if name in scope.parameters or name not in scope.names)
            return frozenset(name for name in found if self._is_global(name))

        call = Call(
            function.id,
            tuple(names(argument) for argument in node.args),
            tuple((keyword.arg, names(keyword.value)) for keyword in node.keywords if keyword.arg),
            function.lineno,
            self._column(function),
            self._targets,
        )
        (self._body.calls if self._body is not None else self.facts.calls).append(call)

    def _note_lookup(self, node: ast.Call, name: str) -> None:
        """Names that a library looks up by text."""
        if not isinstance(node.func, ast.Attribute) or name not in ("query", "eval") or not node.args:
            return
        text = text_of(node.args[0])
        for found in sorted(names_after_at([text]) if text is not None else self._around.at_names):
            self._read(found, node, soft=True)
        if text is not None and isinstance(node.func.value, ast.Name) and name == "eval":
            self._read_text(text, node)  # `pd.eval("a + b")` looks plain names up as well

    def _looks_up(self, node: ast.Call) -> bool:
        """``eval``, ``exec`` and namespaces; True when there is nothing more to visit in the call."""
        if isinstance(node.func, ast.Name) and self._is_global(node.func.id):
            if node.func.id in ("eval", "exec") and node.args:
                return self._run_text(node, node.func.id)
            if is_namespace(node) and (node.func.id == "globals" or self._at_module_level()):
                self.facts.dynamic.append(Use(node.func.id, node.lineno, self._column(node)))
                return True
        if isinstance(node.func, ast.Attribute) and is_namespace(node.func.value) and node.args:
            key = text_of(node.args[0])
            if node.func.attr == "get" and self._read_namespace(node.func.value, key, node):
                self._visit_all(node.args)
                return True
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if formats_names(node) and any(is_namespace(value) for value in given):
            self._read_everything(node)
            self.visit(node.func)
            self._visit_all(value for value in given if not is_namespace(value))
            return True
        return False

    def _at_module_level(self) -> bool:
        return self._body is None and all(scope.kind != "class" for scope in self._scopes)

    def _run_text(self, node: ast.Call, name: str) -> bool:
        """``eval`` and ``exec``: their text is read where it stands; one that is not known may need any name."""
        self._read(name, node, soft=True)
        namespaces = node.args[1:]
        if namespaces and not all(is_namespace(one) for one in namespaces):
            return False  # it runs in a dictionary of its own
        text = text_of(node.args[0])
        mode: Literal["eval", "exec"] = "eval" if name == "eval" else "exec"
        if text is not None and self._read_text(text, node, mode):
            return True
        self.visit(node.args[0])
        if name == "eval":
            self._read_everything(node)
        else:
            self.facts.dynamic.append(Use(name, node.lineno, self._column(node)))
        return True

    def _read_everything(self, node: ast.expr) -> None:
        if self._body is not None:
            self._body.reads_all = True
        elif self.facts.reads_all is None:
            self.facts.reads_all = Use("", node.lineno, self._column(node), soft=True)

    def _read_namespace(self, namespace: ast.expr, key: str | None, node: ast.expr) -> bool:
        """Read a name of ``globals()`` by its key; False when ``namespace`` is that of a function."""
        assert isinstance(namespace, ast.Call) and isinstance(namespace.func, ast.Name)
        name = namespace.func.id
        if not self._is_global(name) or (name != "globals" and not self._at_module_level()):
            return False
        if key is None:
            self._read_everything(node)
        else:
            self._read_global(key, node)
        return True

    def _read_global(self, name: str, node: ast.expr, *, soft: bool = True) -> None:
        with self._in_scope(_Scope("function", set(), {name})):
            self._read(name, node, soft=soft)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        key = text_of(node.slice)
        loads = isinstance(node.ctx, ast.Load) and is_namespace(node.value)
        if not (loads and self._read_namespace(node.value, key, node)):
            self.visit(node.value)
        self.visit(node.slice)

    def visit_Compare(self, node: ast.Compare) -> None:
        first, second = node.left, node.comparators[0]
        asks = len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)) and is_namespace(second)
        self.visit(first)
        if not (asks and self._read_namespace(second, text_of(first), node)):
            self._visit_all(node.comparators)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.visit(node.left)
        if isinstance(node.op, ast.Mod) and is_namespace(node.right):
            self._read_everything(node)
        else:
            self.visit(node.right)

    def _read_text(self, text: str, node: ast.expr, mode: Literal["eval", "exec"] = "eval") -> bool:
        """Read code that stands in a string (its names are placed at ``node``); False when it is none."""
        try:
            tree = ast.parse(text.strip() if mode == "eval" else text, mode=mode)
        except (SyntaxError, ValueError, RecursionError):
            return False
        for found in ast.walk(tree):
            ast.copy_location(found, node)
        with self._softly():
            self._visit_all(ast.iter_child_nodes(tree))
        return True

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._bind(node.target.id, node.target, Kind.DATA, walrus=True)
        self._share([node.target], node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        if self._body is not None:
            self._body.gives_code |= not self._used_at_once
            self._read_body(self._body, node.args, [node.body])
            return
        self._read_body(self._inline, node.args, [node.body])
        if not self._used_at_once:
            self._held_lambdas = self._held_lambdas or Body()
            self._read_body(self._held_lambdas, node.args, [node.body])

    def visit_Yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        if self._body is not None and not self._nested:
            self._body.gives_stateful = self._body.gives_code = True
        self._visit_all(ast.iter_child_nodes(node))

    visit_YieldFrom = visit_Yield

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node.generators, [node.elt])

    visit_SetComp = visit_ListComp
    visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, [node.key, node.value])

    def _comprehension(self, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr]) -> None:
        self.visit(generators[0].iter)  # the first iterable belongs to the scope around
        with self._in_scope(_Scope("comprehension")) as scope:
            for generator in generators:
                scope.names.update(name.id for name in target_names(generator.target))
            for index, generator in enumerate(generators):
                if index:
                    self.visit(generator.iter)
                self._visit_target(generator.target, None)
                self._visit_all(generator.ifs)
            self._visit_all(elements)

    # --- simple statements

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assign(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        if node.value is not None:
            self._assign([node.target], node.value)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        kind, immutable = self._kind_of(value)
        names = [name for target in targets for name in target_names(target)]
        simple = all(isinstance(target, ast.Name) for target in targets)
        if kind is Kind.FUNCTION and isinstance(value, ast.Lambda) and self._at_top() and simple:
            self._visit_all([*value.args.defaults, *value.args.kw_defaults])
            body = Body()
            self._read_body(body, value.args, [ast.copy_location(ast.Return(value.body), value.body)])
            body.holds = held_default(value) or ""
            for name in names:
                self.facts.bodies[name.id] = body
        elif isinstance(value, ast.Lambda) and self._body is None and self._at_module():
            # `Model.rate = lambda: k` does not call it
            self._visit_all([*value.args.defaults, *value.args.kw_defaults])
            self._held_lambdas = self._held_lambdas or Body()
            self._read_body(self._held_lambdas, value.args, [value.body])
            kind = Kind.DATA
        else:
            if self._body is None:
                self._targets = tuple(name.id for name in names if self._is_global(name.id))
            self.visit(value)
            self._targets = ()
            if kind is Kind.FUNCTION or (kind.is_code and not simple):
                kind = Kind.DATA
        for target in targets:
            self._visit_target(target, kind, immutable=immutable)
        self._share(names, value)
        if len(targets) > 1:  # `b = a = []`: one object under both names
            self._share(names, ast.Tuple([ast.copy_location(ast.Name(n.id, ast.Load()), n) for n in names], ast.Load()))
        if self._body is None and self._moves_on(value):
            self.facts.stateful.update(name.id for name in names if self._is_global(name.id))

    def _moves_on(self, value: ast.expr) -> bool:
        """Every use of the value changes it or what is behind it: an iterator, a method that changes its object."""
        if isinstance(value, ast.Attribute):
            return value.attr in self._changing_methods
        if not isinstance(value, ast.Call):
            return isinstance(value, ast.GeneratorExp)
        if isinstance(value.func, ast.Name) and value.func.id in ITERATORS:
            return self._is_global(value.func.id)
        name = last_name(value.func)
        return name in STATEFUL_FACTORIES or (name == "partial" and any(map(self._moves_on, value.args[:1])))

    def _kind_of(self, value: ast.expr) -> tuple[Kind, bool]:
        if isinstance(value, ast.Lambda):
            return Kind.FUNCTION, False
        if isinstance(value, ast.Call) and last_name(value.func) in CLASS_FACTORIES:
            return Kind.CLASS, False
        if is_literal(value):
            return Kind.CONSTANT, is_immutable_literal(value)
        if is_plain_expression(value) and not isinstance(value, ast.Name):
            return Kind.CONSTANT, True
        builtin = not isinstance(value, ast.Call) or self._is_global(last_name(value.func))
        return Kind.DATA, gives_plain_value(value) and builtin

    def _at_top(self) -> bool:
        return self._body is None and all(scope.kind in ("module", "handler") for scope in self._scopes)

    def _share(self, targets: Iterable[ast.Name], value: ast.expr) -> None:
        sources = {name.id for name in shared_names(value)}
        if self._body is not None:
            if self._body_scope is not None and self._scopes[-1] is self._body_scope:
                for target in targets:
                    self._body_scope.shares.setdefault(target.id, set()).update(sources)
            return
        sources = {name for name in sources if self._is_global(name)}
        for target in targets:
            if self._is_global(target.id) and sources:
                self.facts.shares.setdefault(target.id, set()).update(sources)

    def _visit_target(self, target: ast.expr, kind: Kind | None, *, immutable: bool = False) -> None:
        """Bind the names of a target and note the objects it stores into; ``kind`` None binds nothing here."""
        if isinstance(target, ast.Name):
            if kind is not None:
                self._bind(target.id, target, kind, immutable=immutable)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self._visit_target(element, kind, immutable=False)
        elif isinstance(target, ast.Starred):
            self._visit_target(target.value, kind)
        elif isinstance(target, ast.Subscript) and is_namespace(target.value) and text_of(target.slice):
            self._bind_global(str(text_of(target.slice)), target)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._visit_all(ast.iter_child_nodes(target))
            what = f".{target.attr} =" if isinstance(target, ast.Attribute) else "[...] ="
            self._store_into(target, what)

    def _bind_global(self, name: str, node: ast.expr) -> None:
        with self._in_scope(_Scope("function", set(), {name})):
            self._bind(name, node, Kind.DATA)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        self.visit(node.value)
        scope = self._body_scope
        if self._body is None or scope is None or self._scopes[-1] is not scope:
            return
        names = shared_names(node.value)
        for part in ast.walk(node.value):
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):  # it may give its argument back
                names.extend(name for argument in part.args for name in shared_names(argument))
        for name in names:
            found = scope.sources(name.id)
            self._body.returns.update(one for one in found if one in scope.parameters or one not in scope.names)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            self._read(target.id, target)
            self.visit(node.value)
            if self._scopes[-1].kind == "class":
                self._scopes[-1].names.add(target.id)
            elif self._is_global(target.id):
                change = Change(target.id, target.lineno, self._column(target), f"{_symbol(node.op)}=")
                if self._body is not None:
                    self._body.changes.setdefault(target.id, change)
                    self._note_at_once(target.id)
                else:
                    self.facts.changes.setdefault(target.id, change)
            elif self._owner(target.id) is self._body_scope and not is_immutable_literal(node.value):
                change = Change(target.id, target.lineno, self._column(target), f"{_symbol(node.op)}=")
                self._change_through_local(change, self._owner(target.id))
            return
        self._visit_all(ast.iter_child_nodes(target))
        self.visit(node.value)
        self._store_into(target, f"{_symbol(node.op)}=")

    def visit_Delete(self, node: ast.Delete) -> None:
        pending = list(node.targets)
        while pending:
            target = pending.pop(0)
            if isinstance(target, (ast.Tuple, ast.List)):
                pending[:0] = target.elts
            elif isinstance(target, ast.Name):
                self._delete(target.id, target)
            elif isinstance(target, (ast.Attribute, ast.Subscript)):
                self._visit_all(ast.iter_child_nodes(target))
                self._store_into(target, "del")

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            dotted = alias.asname is None and "." in alias.name
            self._bind(name, node, Kind.IMPORT, keeps_previous=dotted, module=True)
            if alias.name == "__main__" and self._body is None:
                self.facts.dynamic.append(Use("import __main__", node.lineno, self._column(node)))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._bind_star(node)
            else:
                self._bind(alias.asname or alias.name, node, Kind.IMPORT)

    def _bind_star(self, node: ast.ImportFrom) -> None:
        brought = self._star_names(node.module) if self._star_names and node.module and not node.level else None
        if brought is None:
            self.facts.star_imports.append(Use(node.module or ".", node.lineno, self._column(node)))
            return
        for name, certain in brought.items():
            known = name in self._bound
            self._bind(name, node, Kind.IMPORT)
            if not certain and not known:
                self._bound.discard(name)

    def visit_Global(self, node: ast.Global) -> None:
        self._scopes[-1].global_names.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """Nothing to do: ``local_names`` has taken these names out of the function's own."""

    # --- definitions

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._decorate(node)
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        with self._in_scope(_Scope("comprehension", _type_parameters(node))):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            for argument in (*arguments, node.args.vararg, node.args.kwarg):
                if argument is not None and argument.annotation is not None:
                    self._annotation(argument.annotation)
            if node.returns is not None:
                self._annotation(node.returns)
            body = self._body
            if body is None:
                body = self.facts.bodies.setdefault(node.name, Body()) if self._at_module() else self._class_body
            else:
                body.gives_code = True
            held = held_default(node)
            if held is not None:
                body.holds = body.holds or held
                body.gives_stateful |= self._body is not None
            # A method or an inner function may not be called when what is around it is.
            inner = self._body is not None or self._scopes[-2].kind == "class"
            with self._softly(inner and node.name not in _RUN_BY_THE_CLASS):
                self._read_body(body, node.args, node.body)
            if any(_is_cache(decorator) for decorator in node.decorator_list):
                body.gives_cached = True
                if body.acts or body.changes or body.binds or self._around.asks_for_caches:
                    body.holds = body.holds or "its cache"
        self._bind(node.name, node, Kind.FUNCTION)

    def _decorate(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Decorators are called with what is defined."""
        for decorator in node.decorator_list:
            call = ast.Call(decorator, [ast.Name(node.name, ast.Load())], [])
            for part in (call, call.args[0]):
                ast.copy_location(part, decorator)
            if isinstance(decorator, ast.Name):
                self._read(decorator.id, decorator)
                if self._body is None and self._is_global(decorator.id):
                    self.facts.called.add(decorator.id)
            else:
                self.visit(decorator)
                method = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(method, ast.Attribute):  # `@app.route("/")` tells `app` of the function
                    self._change(method.value, f"@{method.attr}")
            self._note_call(call)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _at_module(self) -> bool:
        """Not inside a class body."""
        return all(scope.kind != "class" for scope in self._scopes)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._decorate(node)
        outermost = self._body is None and self._at_module()
        if outermost:
            self._class_body = self.facts.bodies.setdefault(node.name, Body())
            self._note_class_state(node, self._class_body)
        elif self._body is not None:
            self._body.gives_code = True
        with self._in_scope(_Scope("comprehension", _type_parameters(node))):
            self._visit_all(node.bases)
            self._visit_all(keyword.value for keyword in node.keywords)
            if self._body is None:
                self.facts.metaclasses.update(
                    k.value.id for k in node.keywords if k.arg == "metaclass" and isinstance(k.value, ast.Name)
                )
            with self._in_scope(_Scope("class", {"__module__", "__qualname__"})):
                self._visit_all(node.body)
        self._bind(node.name, node, Kind.CLASS)

    def _note_class_state(self, node: ast.ClassDef, body: Body) -> None:
        body.holds = held_by_class(node, self._around.changed_attributes) or sets_its_class(node) or body.holds
        body.changes_by_use = changes_by_use(node, self._changing_methods)
        methods = {item.name for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
        body.hooks = "__init_subclass__" in methods or self._around.asks_for_subclasses
        made_by = {base.id for base in node.bases if isinstance(base, ast.Name)}
        body.hooks |= "type" in made_by and bool(methods & {"__new__", "__init__", "__prepare__"})

    def visit_TypeAlias(self, node: Any) -> None:
        with self._softly(), self._in_scope(_Scope("comprehension", _type_parameters(node))):
            self.visit(node.value)
        self._bind(node.name.id, node.name, Kind.CLASS)

    def _read_body(self, body: Body, arguments: ast.arguments, statements: Sequence[ast.AST]) -> None:
        """Read a function's body into ``body``: its free names count when it is called."""
        bound, global_names, nonlocal_names = local_names(statements)
        parameters = parameter_names(arguments)
        scope = _Scope("function", bound | set(parameters), global_names, tuple(parameters))
        scope.names -= nonlocal_names
        outer = (self._body, self._body_scope)
        nested = self._body is not None
        self._nested += nested
        body.gives_stateful |= nested and bool(nonlocal_names)
        if self._body is None:
            self._body, self._body_scope = body, scope
            positional = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
            if self._scopes[-1].kind != "class":
                body.parameters = tuple(positional)
                body.every_parameter = frozenset(parameters)
        try:
            with self._in_scope(scope):
                self._visit_all(statements)
        finally:
            self._body, self._body_scope = outer
            self._nested -= nested

    def _annotation(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._read_text(node.value, node)
            return
        with self._softly(self._around.lazy_annotations):
            self.visit(node)

    # --- control flow: which names are certainly bound afterwards

    def _branches(self, *branches: Callable[[], bool]) -> None:
        """Run each branch from the same start; a name is bound afterwards when every branch that ends binds it.

        A branch returns True when control cannot leave it at its end.
        """
        start = set(self._bound)
        ends: list[set[str]] = []
        self._conditional += 1
        for branch in branches:
            self._bound = set(start)
            if not branch():
                ends.append(self._bound)
        self._conditional -= 1
        self._bound = set.intersection(*ends) if ends else start

    def _block(self, statements: Sequence[ast.stmt]) -> bool:
        self._visit_all(statements)
        return bool(statements) and isinstance(statements[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branches(lambda: self._block(node.body), lambda: self._block(node.orelse))

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._branches(lambda: self._evaluate(node.body), lambda: self._evaluate(node.orelse))

    def _evaluate(self, node: ast.expr) -> bool:
        self.visit(node)
        return False

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        start = set(self._bound)
        self._visit_all(node.values[1:])
        self._bound = start

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)

        def body() -> bool:
            self._visit_target(node.target, Kind.DATA)
            self._share(target_names(node.target), node.iter)
            self._block(node.body)
            return False

        self._branches(body, lambda: False)
        self._visit_all(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)

        def body() -> bool:
            self._block(node.body)
            return False

        self._branches(body, lambda: False)
        self._visit_all(node.orelse)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        hides = False
        for item in node.items:
            self.visit(item.context_expr)
            call = item.context_expr
            hides = hides or (isinstance(call, ast.Call) and last_name(call.func) in ("suppress", "raises"))
            if item.optional_vars is not None:
                self._visit_target(item.optional_vars, Kind.DATA)
                self._share(target_names(item.optional_vars), item.context_expr)
        if hides:
            with self._softly():
                self._branches(lambda: self._block(node.body), lambda: False)
        else:
            self._block(node.body)

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try) -> None:
        start = set(self._bound)
        ends: list[set[str]] = []
        self._conditional += bool(node.handlers)
        with self._softly(any(map(_catches_name_error, node.handlers))):
            stopped = self._block(node.body)
        if not stopped:
            stopped = self._block(node.orelse)
            if not stopped:
                ends.append(self._bound)
        for handler in node.handlers:
            self._bound = set(start)
            if not self._handler(handler):
                ends.append(self._bound)
        self._conditional -= bool(node.handlers)
        self._bound = set.intersection(*ends) if ends else start
        self._visit_all(node.finalbody)

    visit_TryStar = visit_Try

    def _handler(self, node: ast.ExceptHandler) -> bool:
        if node.type is not None:
            self.visit(node.type)
        if node.name is None:
            return self._block(node.body)
        if self._body is None and self._is_global(node.name):  # after the handler the name is gone
            self.facts.may_delete[node.name] = Use(node.name, node.lineno, self._column(node))  # type: ignore[arg-type]
        with self._in_scope(_Scope("handler", {node.name})):
            return self._block(node.body)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        complete = any(_matches_all(case) for case in node.cases)
        branches = [self._case(case, node.subject) for case in node.cases]
        if not complete:
            branches.append(lambda: False)
        self._branches(*branches)

    def _case(self, case: ast.match_case, subject: ast.expr) -> Callable[[], bool]:
        def read() -> bool:
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchValue):
                    self.visit(pattern.value)
                elif isinstance(pattern, ast.MatchClass):
                    self.visit(pattern.cls)
                name = pattern.rest if isinstance(pattern, ast.MatchMapping) else getattr(pattern, "name", None)
                if isinstance(name, str) and isinstance(pattern, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)):
                    self._bind(name, pattern, Kind.DATA)
                    self._share([ast.copy_location(ast.Name(name, ast.Store()), pattern)], subject)
            if case.guard is not None:
                self.visit(case.guard)
            return self._block(case.body)

        return read


def _first(uses: dict[str, Use], use: Use) -> None:
    """Keep the first use, but a use that is certain before one that may never happen."""
    known = uses.get(use.name)
    if known is None or (known.soft and not use.soft):
        uses[use.name] = use


def _opens_to_write(call: ast.Call) -> bool:
    """``open`` with a mode that writes, or one that is not a literal."""
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes.extend(call.args[1:2] if isinstance(call.func, ast.Name) else call.args[:1])
    return any(not isinstance(mode, ast.Constant) or bool(_WRITING_MODES & set(str(mode.value))) for mode in modes)


def _symbol(operation: ast.operator) -> str:
    symbols = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**"}
    symbols |= {"BitOr": "|", "BitAnd": "&", "BitXor": "^", "LShift": "<<", "RShift": ">>", "MatMult": "@"}
    return symbols[type(operation).__name__]


def _is_cache(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return last_name(function) in ("lru_cache", "cache", "memoize", "cached")


def _type_parameters(node: Any) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", ())}


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in ("NameError", "Exception", "BaseException") for name in names)


def _matches_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
