"""Functions and classes that keep something from one call to the next: caches, default values, class attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from cellift.project.changed_paths import changed_paths
from cellift.project.dotted import dotted_name

_PLAIN = frozenset("abs bool divmod float int len max min pow range round str sum ValueError TypeError".split())
_MAKES_OR_ASKS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Attribute, ast.Import)


def is_cached(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether its results are remembered."""
    return any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)


def has_lru_cache(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether its one decorator is of ``functools``: what such a cache holds can be handed on."""
    made = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    names = [(dotted_name(one) or "").removeprefix("functools.") for one in made]
    return names in (["lru_cache"], ["cache"])


def computes_only(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it makes plain values of its parameters: nobody can tell that it did so again."""
    nodes = [inner for one in node.body for inner in ast.walk(one)]
    own = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)} | {node.name}
    own |= {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    used = {one.id for one in nodes if isinstance(one, ast.Name)}
    return used <= own | _PLAIN and not any(isinstance(one, _MAKES_OR_ASKS) for one in nodes)


def can_be_noticed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a call that is answered from the cache differs from one that is not, besides its speed."""
    calls = {(dotted_name(call.func) or "").rpartition(".")[2] for call in ast.walk(node) if isinstance(call, ast.Call)}
    return bool(
        calls & {"print", "open", "write", "append", "random", "randint", "time", "time_ns", "now", "perf_counter"}
    )


def changed_roots(body: Iterable[ast.AST]) -> set[str]:
    """Names whose objects the code may change."""
    nodes = [inner for node in body for inner in ast.walk(node)]
    return {path.partition(".")[0] for path, _ in changed_paths(nodes)}


def changeable_defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Parameters whose default is an object that can be changed."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {arg.arg for arg, value in pairs if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp))}


def keeps_in_class(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
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


def changes_shared(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef) -> bool:
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
