"""Names that are looked up by text: ``globals()["x"]``, ``"x" in locals()``, ``df.query("a > @x")``."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from cellift.notebook.scopes.effects import CONTAINER_METHODS
from cellift.project.changed_paths import changed_paths
from cellift.project.dotted import dotted_name
from cellift.project.remembered import of_each_cell, remembered, walk

#: Calls without arguments that give a namespace.
_NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
_AT_NAME = re.compile(r"@([^\W\d]\w*)")
_FORMATTERS = frozenset({"format", "format_map", "substitute", "safe_substitute", "query", "eval"})
#: Calls that use their functions at once and keep none.
_AT_ONCE = frozenset(
    "sorted sort sort_values max min reduce apply map applymap transform agg aggregate filter pipe assign groupby "
    "sum any all list tuple dict set join nlargest nsmallest where mask rename accumulate groupby fromfunction "
    "vectorize apply_along_axis timeit minimize curve_fit quad solve_ivp".split()
)
#: Modules that read pickles, as they are usually named; without one the function was imported by its own name.
_PICKLES = frozenset({"", "pickle", "cPickle", "pkl", "cloudpickle", "dill", "joblib", "torch"})
_READS_PICKLE = frozenset({"read_pickle", "Unpickler"})
_LAZY = frozenset({"map", "filter", "groupby", "accumulate", "vectorize"})


def is_namespace(node: ast.AST | None) -> bool:
    """A call like ``globals()``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _NAMESPACES
        and not node.args
        and not node.keywords
    )


def is_main_module(node: ast.AST) -> bool:
    """``sys.modules[__name__]`` or ``sys.modules["__main__"]``."""
    if not isinstance(node, ast.Subscript) or dotted_name(node.value) != "sys.modules":
        return False
    return text_of(node.slice) == "__main__" or (isinstance(node.slice, ast.Name) and node.slice.id == "__name__")


def text_of(node: ast.AST | None) -> str | None:
    """The text that a node is, if it stands there."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def known_texts(statements: Iterable[ast.stmt], but: Collection[ast.stmt]) -> dict[str, str]:
    """Names that one statement gives a text and nothing else gives anything; ``but``: a run may give others there."""
    cells = _texts_in(statements)
    found = {name: text for texts, _ in cells for name, text, by in texts if by not in but}
    return {name: text for name, text in found.items() if sum(bound[name] for _, bound in cells) == 1}


@of_each_cell
def _texts_in(statements: Sequence[ast.stmt]) -> tuple[list[tuple[str, str, ast.stmt]], Counter[str]]:
    """Names that are given a text, and how often each name is bound."""
    found: list[tuple[str, str, ast.stmt]] = []
    bound: Counter[str] = Counter()
    for statement in statements:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, text = statement.targets[0], text_of(statement.value)
            if isinstance(target, ast.Name) and text is not None:
                found.append((target.id, text, statement))
        bound.update(_bound_names(statement))
    return found, bound


def moving_names(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """Names that are bound more than once, and those whose objects are stored into, in whatever scope."""
    bound: Counter[str] = Counter()
    found: set[str] = set()
    for statement in statements:
        bound.update(_bound_names(statement))
        for path, stored in changed_paths(walk(statement)):
            if stored or path.rpartition(".")[2] in CONTAINER_METHODS:
                found.add(path.partition(".")[0])
    return frozenset(found | {name for name, times in bound.items() if times > 1})


@remembered
def _bound_names(statement: ast.stmt) -> tuple[str, ...]:
    return tuple(name for node in walk(statement) for name in _bound_in(node))


def _bound_in(node: ast.AST) -> list[str]:
    """The names that a node binds or deletes, in whatever scope."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    names = [getattr(node, field, None) for field in ("name", "rest")]
    names += getattr(node, "names", ())
    return [name for name in names if isinstance(name, str)]


def names_after_at(texts: Iterable[str]) -> set[str]:
    """``x`` of ``"a > @x"``."""
    return {name for text in texts for name in _AT_NAME.findall(text)}


def formats_names(node: ast.Call) -> bool:
    """``text.format(**locals())``, ``frame.query(text, local_dict=locals())``."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in _FORMATTERS


def loads_pickle(node: ast.Call) -> bool:
    """``pickle.load(file)``, ``load(path)``, ``pd.read_pickle(path)``: may make objects of the notebook's classes."""
    root, _, name = (dotted_name(node.func) or "").rpartition(".")
    if name == "load" and root in ("np", "numpy"):
        return any(keyword.arg == "allow_pickle" for keyword in node.keywords)
    loads = name in ("load", "loads") and root in _PICKLES
    return loads or name in _READS_PICKLE or (root, name) == ("shelve", "open")


def uses_functions_at_once(node: ast.Call) -> bool:
    """``sorted(x, key=f)``, ``frame.apply(f)``: nothing keeps ``f`` afterwards."""
    if isinstance(node.func, ast.Name):
        return node.func.id in _AT_ONCE - _LAZY
    return isinstance(node.func, ast.Attribute) and node.func.attr in _AT_ONCE
