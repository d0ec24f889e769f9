"""What the functions of modules beside the notebook do to state that outlives a call, told from their source.

A *slot* is ``MODULE:NAME``: a module's variable, class or function that keeps something. Names of process state
(``state:environ``) stand beside slots. Whatever a function mentions of the same modules counts as called by it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cellift.project.dotted import dotted_name
from cellift.project.modules import absolute_name
from cellift.project.process_words import process_state, seeds

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Methods that leave what they are called on as it is.
_PURE = frozenset(
    "get items keys values copy count index split rsplit splitlines strip lstrip rstrip join format lower upper title "
    "startswith endswith replace encode decode match search fullmatch findall finditer sub debug info warning error "
    "exception critical log isEnabledFor exists is_file is_dir read_text read_bytes joinpath with_suffix relative_to "
    "resolve glob rglob iterdir mean sum min max std round head tail tolist astype query merge groupby predict "
    "transform predict_proba score union intersection difference issubset isdisjoint total_seconds strftime "
    "isoformat cache_info".split()
)
#: What they make has nothing that moves on.
_STILL = frozenset(
    "compile getLogger partial itemgetter attrgetter methodcaller TypeVar NewType namedtuple Path PurePath frozenset "
    "tuple str int float bool bytes Lock RLock Semaphore Event Condition local Decimal Fraction datetime date "
    "timedelta dirname abspath realpath join getenv environ lru_cache cache wraps".split()
)
#: What they make moves on with every use.
_MOVING = frozenset(
    "Random RandomState default_rng Generator count cycle iter Counter defaultdict OrderedDict deque list dict set "
    "bytearray ChainMap array SimpleNamespace WeakValueDictionary".split()
)
_CHANGERS = frozenset("next setattr delattr shuffle heappush heappop heapify insort".split())


@dataclass
class Effect:
    """Slots and process state that some code reads and may change; generators that it seeds."""

    reads: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    seeds: set[str] = field(default_factory=set)

    def add(self, other: Effect) -> bool:
        """Take over another effect; whether anything was new."""
        before = len(self.reads) + len(self.changes) + len(self.seeds)
        self.reads |= other.reads
        self.changes |= other.changes
        self.seeds |= other.seeds
        return len(self.reads) + len(self.changes) + len(self.seeds) > before

    def __bool__(self) -> bool:
        return bool(self.reads or self.changes or self.seeds)


@dataclass
class ModuleState:
    """Full name of a function, class or variable -> what using it does; method name -> what calling it does."""

    names: dict[str, Effect] = field(default_factory=dict)
    methods: dict[str, Effect] = field(default_factory=dict)
    #: Module -> what importing it does to the state of the process.
    imports: dict[str, Effect] = field(default_factory=dict)
    #: Full name of a variable -> its slot, for variables whose object may move on.
    variables: dict[str, str] = field(default_factory=dict)
    #: What modules import from each other: full name -> full name of the thing itself.
    aliases: dict[str, str] = field(default_factory=dict)
    #: Functions whose remembered results can be noticed: they print, or somebody asks the cache.
    caches: set[str] = field(default_factory=set)

    def full(self, path: str) -> tuple[Effect | None, str]:
        """What the longest known beginning of a dotted path does, and the rest of the path."""
        path = self.real(path)
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            known = self.names.get(".".join(parts[:length]))
            if known is not None:
                return known, ".".join(parts[length:])
        return None, path

    def real(self, path: str) -> str:
        """The path from where things are defined, through modules that only import them."""
        for _ in range(20):
            parts = path.split(".")
            for length in range(len(parts), 1, -1):
                target = self.aliases.get(".".join(parts[:length]))
                if target is not None and target != ".".join(parts[:length]):
                    path = ".".join([target, *parts[length:]])
                    break
            else:
                break
        return path

    def variable(self, path: str) -> str | None:
        """The slot of the variable that a path starts with."""
        parts = self.real(path).split(".")
        for length in range(len(parts), 1, -1):
            slot = self.variables.get(".".join(parts[:length]))
            if slot is not None:
                return slot
        return None

    @property
    def slots(self) -> set[str]:
        """All slots that something may change."""
        effects = [*self.names.values(), *self.methods.values()]
        return {slot for effect in effects for slot in effect.changes}


def module_state(project: Project, modules: Iterable[str]) -> ModuleState:
    """The state of the modules beside the notebook that importing *modules* loads."""
    state = ModuleState()
    readers = [_Module(project, name, state) for name in project.local_modules(modules)]
    for reader in readers:
        reader.list_names()
    for reader in readers:
        reader.read()
    _spread(state, readers)
    for slot in state.slots:
        # Whoever names the thing itself may look at what it keeps.
        state.names.setdefault(slot.replace(":", "."), Effect()).reads.add(slot)
    return state


def _spread(state: ModuleState, readers: list[_Module]) -> None:
    """Callers do what they call does, until nothing is new."""
    more = True
    while more:
        more = False
        for reader in readers:
            for effect, called, methods in reader.calls:
                for path in called:
                    known, _ = state.full(path)
                    more = (known is not None and known is not effect and effect.add(known)) or more
                for name in methods:
                    known = state.methods.get(name)
                    more = (known is not None and known is not effect and effect.add(known)) or more


class _Module:
    """One module: its variables, then what its functions do with them."""

    def __init__(self, project: Project, name: str, state: ModuleState) -> None:
        found = project.beside(name)
        self._project = project
        self.name = name
        self.tree = project.tree(name)
        self._package = found.package if found is not None else ""
        self._state = state
        self._imports: dict[str, str] = {}  # what imported names stand for, in full
        self._own: set[str] = set()  # everything else that is bound at the top
        self.calls: list[tuple[Effect, set[str], set[str]]] = []

    def list_names(self) -> None:
        """Names at the top of the module, and which variables may move on."""
        for node in _top(self.tree.body if self.tree is not None else []):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self._imports[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                module = absolute_name(node.module, node.level, self._package)
                for alias in node.names:
                    if module and alias.name == "*":
                        for name in self._project.star_names(module) or ():
                            self._imports[name] = f"{module}.{name}"
                    elif module:
                        self._imports[alias.asname or alias.name] = f"{module}.{alias.name}"
            elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
                self._own.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            self._own.add(part.id)
                            self._variable(part.id, node.value)
        for name, full in self._imports.items():
            self._state.aliases[f"{self.name}.{name}"] = full

    def _variable(self, name: str, value: ast.expr | None) -> None:
        slot = f"{self.name}:{name}"
        if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)):
            self._state.variables[f"{self.name}.{name}"] = slot
        elif isinstance(value, ast.Call):
            maker = dotted_name(value.func) or ""
            last = maker.rpartition(".")[2]
            own = maker.partition(".")[0] in self._own or maker.partition(".")[0] not in self._imports
            if last in _MOVING or (own and last not in _STILL):
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
                    at_import.changes |= process_state(inner, self._imports)
                    at_import.seeds |= seeds(inner, self._imports)
        for path, slot in self._state.variables.items():
            if slot.startswith(f"{self.name}:"):
                self._effect(path).reads.add(slot)
        self._state.imports[self.name] = at_import

    def _effect(self, path: str) -> Effect:
        return self._state.names.setdefault(path, Effect())

    def _class(self, node: ast.ClassDef) -> None:
        path = f"{self.name}.{node.name}"
        making = self._effect(path)
        bases = {full for base in node.bases if (full := self._full(dotted_name(base) or ""))}
        self.calls.append((making, bases, set()))
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
        if _is_cached(node) and _can_be_noticed(node):
            self._state.caches.add(path)
        parameters = {arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]} | {
            arg.arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None
        }
        keeping = _changeable_defaults(node)
        if keeping and any(root in keeping for root in _changed_roots(node.body)):
            slot = f"{self.name}:{owner.name if owner else node.name}"
            effect.reads.add(slot)
            effect.changes.add(slot)
        if owner is not None and parameters and (_keeps_in_class(node) or _changes_shared(node, owner)):
            effect.reads.add(f"{self.name}:{owner.name}")
            effect.changes.add(f"{self.name}:{owner.name}")
        self._body(effect, node.body, parameters)
        return effect

    def _body(self, effect: Effect, body: list[ast.AST] | list[ast.stmt] | list[ast.expr], given: set[str]) -> None:
        nodes = [inner for node in body for inner in ast.walk(node)]
        declared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
        local = (given | _stored(nodes)) - declared
        called: set[str] = set()
        methods: set[str] = set()
        for node in nodes:
            effect.changes |= process_state(node, self._imports)
            effect.seeds |= seeds(node, self._imports)
            if isinstance(node, ast.Name) and node.id not in local:
                if node.id in declared and not isinstance(node.ctx, ast.Load):
                    self._changed(effect, node.id)
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
        same = _aliases(nodes)
        for path, plain in [*changed_paths(nodes), *((path, False) for path in _given_away(nodes))]:
            root, dot, rest = path.partition(".")
            if root in same and same[root].partition(".")[0] not in local:
                self._change_path(effect, f"{same[root]}{dot}{rest}", False)
            if root not in local:
                self._change_path(effect, path, plain)
        called.discard("")
        self.calls.append((effect, called, methods))

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
        if root in self._imports:
            return f"{self._imports[root]}{dot}{rest}"
        return f"{self.name}.{path}" if root in self._own else ""


def changed_paths(nodes: Iterable[ast.AST]) -> list[tuple[str, bool]]:
    """Dotted paths whose objects the code stores into (True), or calls or sends what may change them (False)."""
    found: list[tuple[str, bool]] = []
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            path = dotted_name(node) if isinstance(node, ast.Attribute) else dotted_name(_without_items(node.value))
            if path:
                found.append((path, True))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.append((node.target.id, True))
        elif isinstance(node, ast.Call):
            found.extend(_changed_by_call(node))
    return found


def _changed_by_call(node: ast.Call) -> list[tuple[str, bool]]:
    function = node.func
    found: list[tuple[str, bool]] = []
    if isinstance(function, ast.Attribute) and function.attr not in _PURE:
        path = dotted_name(_without_items(function.value))
        if path:
            found.append((path, False))
    path = dotted_name(function)
    if path and path.rpartition(".")[2] not in _PURE:
        found.append((path, False))
    name = (path or "").rpartition(".")[2]
    if name in _CHANGERS and node.args:
        given = dotted_name(_without_items(node.args[0]))
        if given:
            found.append((given, True))
    return found


def _aliases(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Local name -> path that it was made from: ``s = _settings["a"]``."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            path = dotted_name(_without_items(node.value))
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and path:
                    found.setdefault(target.id, path)
        elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
            path = dotted_name(_without_items(node.iter))
            if path:
                found.setdefault(node.target.id, path)
    return found


def _given_away(nodes: Iterable[ast.AST]) -> Iterable[str]:
    """Paths that are returned, or given to functions that are no built-in ones: whoever gets them may change them."""
    for node in nodes:
        given: list[ast.expr] = []
        if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            given = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for one in given:
            path = dotted_name(one)
            if path:
                yield path


def _is_cached(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)


def _can_be_noticed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a call that is answered from the cache differs from one that is not, besides its speed."""
    calls = {(dotted_name(call.func) or "").rpartition(".")[2] for call in ast.walk(node) if isinstance(call, ast.Call)}
    return bool(
        calls & {"print", "open", "write", "append", "random", "randint", "time", "time_ns", "now", "perf_counter"}
    )


def _changed_roots(body: Iterable[ast.AST]) -> set[str]:
    nodes = [inner for node in body for inner in ast.walk(node)]
    return {path.partition(".")[0] for path, _ in changed_paths(nodes)}


def _changeable_defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Parameters whose default is an object that can be changed."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {arg.arg for arg, value in pairs if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp))}


def _keeps_in_class(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """``cls.made += 1``, ``type(self).made = …``, ``self.__class__.made = …``."""
    by_class = any(isinstance(one, ast.Name) and one.id == "classmethod" for one in node.decorator_list)
    first = next(iter([*node.args.posonlyargs, *node.args.args]), None)
    for inner in ast.walk(node):
        if not isinstance(inner, (ast.Attribute, ast.Subscript)):
            continue
        text = ast.unparse(inner)
        if isinstance(inner.ctx, ast.Load):
            continue
        if first is not None and (
            text.startswith((f"type({first.arg}).", f"{first.arg}.__class__."))
            or ((by_class or first.arg in ("cls", "mcs")) and text.startswith(f"{first.arg}."))
        ):
            return True
    return False


def _changes_shared(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef) -> bool:
    """``self.items.append(x)`` where ``items`` is a list of the class, not of the instance."""
    shared = {
        target.id
        for member in owner.body
        if isinstance(member, (ast.Assign, ast.AnnAssign))
        and isinstance(member.value, (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp))
        for target in (member.targets if isinstance(member, ast.Assign) else [member.target])
        if isinstance(target, ast.Name)
    }
    paths = {path for path, _ in changed_paths(ast.walk(node))}
    return any(path.partition(".")[2].partition(".")[0] in shared for path in paths)


def _without_items(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


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
