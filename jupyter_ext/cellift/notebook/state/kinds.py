"""Which expressions change the state of the process, and what kind of state; seen through imports and aliases."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from cellift.notebook.magics.facts import state_magic
from cellift.notebook.scopes.effects import CONTAINER_METHODS, SCOPED_STATE, STATE_CALLS, STATE_CHANGERS
from cellift.notebook.scopes.lookups import is_main_module
from cellift.notebook.state.generators import Knowledge
from cellift.project.remembered import of_kind, remembered

#: Kinds that a step's runner can hand on by value: pseudo-variables ``state:KIND``.
KINDS = ("environ", "cwd", "sys.path", "warnings", "locale", "logging", "decimal", "numpy", "pandas", "matplotlib")
#: A module's attribute, a registry: repeated as text or not at all.
OTHER = "other"
#: What prints go to.
STREAMS = "streams"

_BY_PATH = {
    "os.environ": "environ",
    "os.putenv": "environ",
    "os.unsetenv": "environ",
    "dotenv": "environ",
    "os.chdir": "cwd",
    "os.fchdir": "cwd",
    "sys.path": "sys.path",
    "site.addsitedir": "sys.path",
    "warnings": "warnings",
    "locale": "locale",
    # What the runner does not read: repeated or refused.
    "logging.addLevelName": OTHER,
    "logging.setLoggerClass": OTHER,
    "logging.setLogRecordFactory": OTHER,
    "logging": "logging",
    "decimal": "decimal",
    "numpy.set_printoptions": "numpy",
    "numpy.seterr": "numpy",
    "pandas.set_option": "pandas",
    "pandas.reset_option": "pandas",
    "pandas.options": "pandas",
    "matplotlib": "matplotlib",
    "seaborn": "matplotlib",
    "sys.stdout": STREAMS,
    "sys.stderr": STREAMS,
    "sys.stdin": STREAMS,
    "sys.displayhook": STREAMS,
}
_MAGICS = {"%env": "environ", "%set_env": "environ", "%dotenv": "environ", "%cd": "cwd"}
_SCOPES = {
    "catch_warnings": {"warnings"},
    "option_context": {"pandas"},
    "rc_context": {"matplotlib"},
    "style_context": {"matplotlib"},
    "axes_style": {"matplotlib"},
    "plotting_context": {"matplotlib"},
    "color_palette": {"matplotlib"},
    "localcontext": {"decimal"},
    "errstate": {"numpy"},
    "printoptions": {"numpy"},
    "chdir": {"cwd"},
    "redirect_stdout": {STREAMS},
    "redirect_stderr": {STREAMS},
}
_LOGGER_METHODS = frozenset("setLevel addHandler removeHandler setFormatter addFilter removeFilter".split())
#: Their functions named like methods of containers change nothing.
_ARRAYS = frozenset({"numpy", "scipy", "torch", "tensorflow", "jax", "operator", "collections", "queue", "heapq"})
_SETTERS = ("setattr", "delattr")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class StateChange(NamedTuple):
    """``how`` it is written, of which kind it is, and the imported ``name`` that it goes through."""

    how: str
    kind: str
    name: str = ""


def states_of(names: Mapping[str, str]) -> States:
    """For the code with these `imported_names`; the same object as long as they stay the same."""
    return _states(tuple(names.items()))


@lru_cache(maxsize=8)
def _states(names: tuple[tuple[str, str], ...]) -> States:
    return States(dict(names))


class States:
    """Finds changes of state in the code of one notebook."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names`` are those of `imported_names`."""
        self._names = dict(names)
        self._seeds = Knowledge(())
        self._seeds.names = self._names

    def knows(self, name: str) -> bool:
        """Whether the name stands for something imported."""
        return name in self._names

    def path(self, node: ast.expr) -> str:
        """``decimal.getcontext().prec`` in full; empty for what does not start at an import."""
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        if isinstance(node, ast.Subscript):
            return self.path(node.value)
        if isinstance(node, ast.Call):
            inner = self.path(node.func)
            return f"{inner}()" if inner else ""
        return self._names.get(node.id, "") if isinstance(node, ast.Name) else ""

    def changes(self, nodes: Iterable[ast.AST]) -> list[StateChange]:
        """Every change in the code that is left when it is over, definitions left out."""
        return [
            change
            for node in nodes
            for change in (
                _changes(node, self.told(names_in(node))) if isinstance(node, ast.stmt) else self.changes_in(node)
            )
        ]

    def told(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """All that matters to code with these names: those that are imported, with what they stand for."""
        return tuple((name, self._names[name]) for name in names if name in self._names)

    def changes_in(self, node: ast.AST) -> tuple[StateChange, ...]:
        """As `changes`, of one statement or expression."""
        return tuple(change for change, undone in self._walk([node], frozenset()) if change.kind not in undone)

    def put_back(self, *nodes: ast.AST) -> set[str]:
        """Kinds that a ``finally`` in the code changes, and what is not in it as well."""
        tries = [node for root in nodes for node in of_kind(root, ast.Try)]
        last = [change for one in tries for change, _ in self._walk(one.finalbody, frozenset())]
        found = set()
        for kind in {change.kind for change in last} - {OTHER}:
            calls = (self._change(node) for root in nodes for node in ast.walk(root))
            if sum(change is not None and change.kind == kind for change in calls) > sum(c.kind == kind for c in last):
                found.add(kind)
        return found

    def _walk(self, nodes: Iterable[ast.AST], undone: frozenset[str]) -> Iterator[tuple[StateChange, frozenset[str]]]:
        for node in nodes:
            if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
                for decorator in getattr(node, "decorator_list", ()):
                    call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
                    registered = self._call(call)
                    if registered is not None:
                        yield registered, undone
                continue
            inner = undone
            if isinstance(node, (ast.With, ast.AsyncWith)):
                inner |= {kind for item in node.items for kind in self._scope(item.context_expr)}
            elif isinstance(node, ast.Try):
                inner |= self.put_back(node)
            change = self._change(node)
            if change is not None:
                yield change, undone
            yield from self._walk(ast.iter_child_nodes(node), inner)

    def _scope(self, manager: ast.expr) -> set[str]:
        """Kinds that a context manager puts back at its end."""
        called = manager.func if isinstance(manager, ast.Call) else manager
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if name in _SCOPES:
            return _SCOPES[name]
        return {*KINDS, OTHER} if name in SCOPED_STATE else set()

    def _change(self, node: ast.AST) -> StateChange | None:
        if isinstance(node, ast.Call):
            return self._call(node)
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and self.path(node.target):
                return self._found(node.target, self.path(node.target))
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            targets = [node.target]
        for target in targets:
            for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
                of_module = isinstance(part, (ast.Attribute, ast.Subscript)) and not is_main_module(part.value)
                if of_module and self.path(part):
                    return self._found(part, self.path(part))
        return None

    def _call(self, node: ast.Call) -> StateChange | None:
        magic = state_magic(node)
        if magic is not None:
            return StateChange(magic, _MAGICS.get(magic, OTHER))
        path = self.path(node.func)
        last = node.func.attr if isinstance(node.func, ast.Attribute) else path.rpartition(".")[2]
        if not path:
            if last in _LOGGER_METHODS:
                return StateChange(f"{last}()", "logging")
            if isinstance(node.func, ast.Name) and node.func.id in _SETTERS and node.args:
                target = self.path(node.args[0])
                return self._found(node, target) if target and not is_main_module(node.args[0]) else None
            return None
        if any(act == "seed" for _, act in self._seeds.acts(node)):
            return None
        if _is_registering(path, last):
            return StateChange(f"{ast.unparse(node.func)}()", OTHER, _root(node))
        if path in STATE_CALLS or last in STATE_CHANGERS or last in _LOGGER_METHODS:
            return self._found(node.func, path, "()")
        # `pandas.DataFrame.insert(frame, ...)` is a method of a class: it changes its argument.
        of_class = path.rpartition(".")[0].rpartition(".")[2][:1].isupper()
        inside = path.count(".") > 1 and path.partition(".")[0] not in _ARRAYS and not of_class
        if last in CONTAINER_METHODS and inside and "(" not in path:
            return self._found(node.func, path, "()")
        return None

    def _found(self, node: ast.expr, path: str, end: str = "") -> StateChange:
        below = [(f"{prefix}.", f"{prefix}(") for prefix in _BY_PATH]
        known = [_BY_PATH[b[0][:-1]] for b in below if path == b[0][:-1] or path.startswith(b)]
        return StateChange(ast.unparse(node) + end, known[0] if known else OTHER, _root(node))


def _is_registering(path: str, last: str) -> bool:
    """``codecs.register_error()``, ``matplotlib.colormaps.register()``: a library keeps what it is given."""
    return last.removeprefix("un").partition("_")[0] == "register" and not path.startswith("atexit.")


def _root(node: ast.AST) -> str:
    """The name that ``a.b[0].c()`` begins with; of ``setattr(a, ...)`` it is ``a``."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Call):
            sets = isinstance(node.func, ast.Name) and node.func.id in _SETTERS
            node = node.args[0] if sets else node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        else:
            return ""
    return node.id


@remembered
def _changes(statement: ast.stmt, told: tuple[tuple[str, str], ...]) -> tuple[StateChange, ...]:
    return States(dict(told)).changes_in(statement)


@remembered
def names_in(statement: ast.stmt) -> tuple[str, ...]:
    """The names in it, each once."""
    return tuple(dict.fromkeys(name.id for name in of_kind(statement, ast.Name)))
