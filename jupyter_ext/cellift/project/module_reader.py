"""Reads one module beside the notebook: its variables, then what its functions do with them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cellift.project.changed_paths import aliases, changed_paths, given_away
from cellift.project.dotted import dotted_name
from cellift.project.implicit import implicit_methods
from cellift.project.imports import imports_by_name
from cellift.project.kept_by_code import (
    can_be_noticed,
    changeable_defaults,
    changed_roots,
    changes_shared,
    computes_only,
    has_lru_cache,
    is_cached,
    keeps_in_class,
)
from cellift.project.module_effects import Effect, ModuleState
from cellift.project.modules import absolute_name
from cellift.project.process_words import PATCHED, patches, process_state, registers, seeds

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: What they make has nothing that moves on.
_STILL = frozenset(
    "compile getLogger partial itemgetter attrgetter methodcaller TypeVar NewType namedtuple Path PurePath frozenset "
    "tuple str int float bool bytes Lock RLock Semaphore Event Condition local Decimal Fraction datetime date "
    "timedelta dirname abspath realpath join getenv environ lru_cache cache wraps".split()
)
#: What they make moves on with every use.
_MOVING = frozenset(
    "Random RandomState default_rng Generator count cycle iter Counter defaultdict OrderedDict deque list dict set "
    "bytearray ChainMap array SimpleNamespace".split()
)
_WEAK = frozenset({"WeakSet", "WeakValueDictionary", "WeakKeyDictionary"})


class ModuleReader:
    """One module: its variables, then what its functions do with them."""

    def __init__(self, project: Project, name: str, state: ModuleState) -> None:
        found = project.beside(name)
        self._project = project
        self.name = name
        self.tree = project.tree(name)
        self._package = found.package if found is not None else ""
        self._state = state
        self._imports: dict[str, str] = {}  # what imported names stand for, in full
        self._inner: dict[str, str] = {}  # the same, of the function that is being read
        self._own: set[str] = set()  # everything else that is bound at the top; of these:
        self._classes: dict[str, set[str]] = {}  # with the names that they assign to
        self.calls: list[tuple[Effect, set[str], set[str]]] = []

    def list_names(self) -> None:
        """Names at the top of the module, and which variables may move on."""
        for node in _top(self.tree.body if self.tree is not None else []):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._imports.update(self._imported(node))
            elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
                self._own.add(node.name)
                if isinstance(node, ast.ClassDef):
                    self._classes[node.name] = {name for name, _ in _assigned(node.body)}
                for name, value in _assigned(node.body) if isinstance(node, ast.ClassDef) else ():
                    self._variable(f"{node.name}.{name}", value, node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                for name, value in _assigned([node]):
                    self._own.add(name)
                    self._variable(name, value, name)
        if "__getattr__" in self._own:
            self._state.asking[self.name] = {*self._own, *self._imports}
        for name, full in self._imports.items():
            self._state.aliases[f"{self.name}.{name}"] = full

    def _imported(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """Names that it binds, and what they stand for, in full."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield alias.asname or top, alias.name if alias.asname else top
            return
        module = absolute_name(node.module, node.level, self._package)
        for alias in node.names if module else ():
            if alias.name == "*":
                yield from ((name, f"{module}.{name}") for name in self._project.star_names(module or "") or ())
            else:
                yield alias.asname or alias.name, f"{module}.{alias.name}"

    def list_stored(self, paths: Iterable[str]) -> None:
        """Variables of the module, and attributes of its classes, that somebody outside binds anew."""
        for path in paths:
            name, _, rest = path.removeprefix(f"{self.name}.").partition(".")
            if path.startswith(f"{self.name}.") and name in (self._classes if rest else self._own) and "." not in rest:
                self._state.variables.setdefault(path, f"{self.name}:{name}")
                self._state.rebound.add(path)

    def _variable(self, name: str, value: ast.expr | None, keeper: str) -> None:
        """``name``, of the module or of its class ``keeper``, may have an object that moves on."""
        slot = f"{self.name}:{keeper}"
        if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)):
            self._state.variables[f"{self.name}.{name}"] = slot
        elif isinstance(value, ast.Call):
            maker = dotted_name(value.func) or ""
            last = maker.rpartition(".")[2]
            root = self._imports.get(maker.partition(".")[0])
            own = maker.partition(".")[0] in self._own or root is None or self._project.is_local(root.partition(".")[0])
            if last in _WEAK:
                self._state.weak.add(slot)
            if last in _MOVING | _WEAK or (own and last not in _STILL):
                self._state.variables[f"{self.name}.{name}"] = slot

    def read(self) -> None:
        """Effects of the functions, the classes and of the import itself."""
        if self.tree is None:
            return
        at_import = Effect()
        for node in _top(self.tree.body):
            if isinstance(node, _FUNCTIONS):
                self._function(node, None)
            elif isinstance(node, ast.ClassDef):
                self._class(node)
            else:
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    for target in targets:
                        if isinstance(target, ast.Name):
                            self._body(self._effect(f"{self.name}.{target.id}"), [node.value.body], set())
                for inner in ast.walk(node):
                    self._process(at_import, inner, self._imports)
            run = list(_run_by_import(node))
            self._body(at_import, run, set())
            kept_by = {registers(inner, self._imports) for part in run for inner in ast.walk(part)} - {""}
            if not all(map(self._project.is_local, kept_by)):
                at_import.changes.add(PATCHED)
        for path, slot in self._state.variables.items():
            if slot.startswith(f"{self.name}:"):
                self._effect(path).reads.add(slot)
        self._state.imports[self.name] = at_import

    def _effect(self, path: str) -> Effect:
        return self._state.names.setdefault(path, Effect())

    def _class(self, node: ast.ClassDef) -> None:
        path = f"{self.name}.{node.name}"
        making = self._effect(path)
        self.calls.append((making, {self._full(dotted_name(base) or "") for base in node.bases}, set()))
        for member in node.body:
            if isinstance(member, _FUNCTIONS):
                self._function(member, node)
                if member.name.startswith("__"):
                    self.calls.append((making, {f"{path}.{member.name}"}, set()))
                self.calls.append((self._state.methods.setdefault(member.name, Effect()), set(), set()))
                self.calls[-1][1].add(f"{path}.{member.name}")

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None) -> Effect:
        path = f"{self.name}.{owner.name}.{node.name}" if owner is not None else f"{self.name}.{node.name}"
        effect = self._effect(path)
        if has_lru_cache(node) and not computes_only(node):
            self._changed(effect, owner.name if owner is not None else node.name)
        elif is_cached(node) and can_be_noticed(node):
            self._state.caches.add(path)
        parameters = {arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]} | {
            arg.arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None
        }
        keeping = changeable_defaults(node)
        if keeping and any(root in keeping for root in changed_roots(node.body)):
            slot = f"{self.name}:{owner.name if owner else node.name}"
            effect.reads.add(slot)
            effect.changes.add(slot)
        if owner is not None and parameters and (keeps_in_class(node) or changes_shared(node, owner)):
            effect.reads.add(f"{self.name}:{owner.name}")
            effect.changes.add(f"{self.name}:{owner.name}")
        used = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
        if owner is not None and not used.isdisjoint(self._classes.get(owner.name, ())):
            effect.reads.add(f"{self.name}:{owner.name}")
        self._body(effect, node.body, parameters)
        return effect

    def _body(self, effect: Effect, body: list[ast.AST] | list[ast.stmt] | list[ast.expr], given: set[str]) -> None:
        nodes = [inner for node in body for inner in ast.walk(node)]
        declared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
        local = (given | _stored(nodes)) - declared
        called: set[str] = set()
        methods: set[str] = set()
        if any(map(imports_by_name, nodes)):
            self._state.by_name.append(effect)
        imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
        self._inner = dict(pair for node in imports for pair in self._imported(node))
        imported = {name: full for name, full in {**self._imports, **self._inner}.items() if name not in local}
        for node in nodes:
            self._process(effect, node, imported)
            methods.update(implicit_methods(node))
            if isinstance(node, ast.Name) and node.id not in local:
                if node.id in declared and not isinstance(node.ctx, ast.Load):
                    self._changed(effect, node.id)
                    self._state.rebound.add(f"{self.name}.{node.id}")
                    self._state.variables.setdefault(f"{self.name}.{node.id}", f"{self.name}:{node.id}")
                    self._effect(f"{self.name}.{node.id}").reads.add(f"{self.name}:{node.id}")
                called.add(self._full(node.id))
            elif isinstance(node, ast.Attribute):
                path = dotted_name(node)
                if path and path.partition(".")[0] not in local:
                    called.add(self._full(path))
                    if path.partition(".")[0] in self._own:
                        methods.add(node.attr)
                else:
                    methods.add(node.attr)
        same = aliases(nodes)
        for path, plain in [*changed_paths(nodes), *((path, False) for path in given_away(nodes))]:
            root, dot, rest = path.partition(".")
            if root in same and same[root].partition(".")[0] not in local:
                self._change_path(effect, f"{same[root]}{dot}{rest}", False)
            if root not in local:
                self._change_path(effect, path, plain)
        self._inner = {}
        called.discard("")
        self.calls.append((effect, called, methods))

    def _process(self, effect: Effect, node: ast.AST, imports: dict[str, str]) -> None:
        """What a node does to the process."""
        effect.changes |= process_state(node, imports)
        effect.seeds |= seeds(node, imports)
        # What builtins are given is handed on when it is seen.
        if any(not self._project.is_local(module) and module != "builtins" for module in patches(node, imports)):
            effect.changes.add(PATCHED)

    def _change_path(self, effect: Effect, path: str, plain: bool) -> None:
        """Something reached by *path* is stored into (``plain``), called, or given a message that may change it."""
        full = self._full(path)
        slot = self._state.variable(full) if full else None
        if slot is not None:
            effect.reads.add(slot)
            effect.changes.add(slot)
            return
        if plain and path.partition(".")[0] in self._own:
            self._changed(effect, path.partition(".")[0])

    def _changed(self, effect: Effect, name: str) -> None:
        effect.reads.add(f"{self.name}:{name}")
        effect.changes.add(f"{self.name}:{name}")

    def _full(self, path: str) -> str:
        root, dot, rest = path.partition(".")
        if root in self._inner or root in self._imports:
            return f"{self._inner.get(root) or self._imports[root]}{dot}{rest}"
        return f"{self.name}.{path}" if root in self._own else ""


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that statements assign to, and the values."""
    for node in body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        yield part.id, node.value


def _run_by_import(node: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement runs while its module is imported."""
    if isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        yield from (inner for member in node.body for inner in _run_by_import(member))
    elif isinstance(node, _FUNCTIONS):
        yield from (*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one))
    else:
        yield node


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    found = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return found | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _top(body: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """Statements of the module, those in its blocks too."""
    for node in body:
        if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            yield from _top(node.body)
            yield from _top(getattr(node, "orelse", []))
            yield from _top(getattr(node, "finalbody", []))
            for handler in getattr(node, "handlers", []):
                yield from _top(handler.body)
        else:
            yield node
