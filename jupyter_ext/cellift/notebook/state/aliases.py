"""Names that stand for something of a module: imports, and ``e = os.environ``, ``rand = np.random.rand``."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from cellift.notebook.files.log_files import begins_anew
from cellift.notebook.scopes.facts import Facts, Kind
from cellift.project.dotted import dotted_name
from cellift.project.remembered import Statements, of_each_cell, of_kind, remembered

_PARTS = (
    "os.environ",
    "sys.path",
    "sys.modules",
    "random.",
    "numpy.random",
    "torch.rand",
    "pandas.options",
    "matplotlib.rcParams",
    "matplotlib.pyplot.rcParams",
    "logging.",
)
#: Calls that give an object of the module, or one that is as good when each step makes its own.
_CALLS = frozenset(
    "logging.getLogger logging.StreamHandler logging.NullHandler logging.Formatter logging.getLogger.getChild "
    "decimal.getcontext".split()
)


def imported_names(statements: Sequence[ast.stmt]) -> dict[str, str]:
    """What every imported name stands for, in full: ``{"np": "numpy", "shuffle": "random.shuffle"}``."""
    if not isinstance(statements, Statements):
        return _imported_names(statements)
    if "imported names" not in statements.found:
        statements.found["imported names"] = _imported_names(statements)
    return dict(statements.found["imported names"])


def _imported_names(statements: Sequence[ast.stmt]) -> dict[str, str]:
    found: dict[str, str] = {}
    told = _told_by(statements)
    for imports, _ in told:
        found.update(imports)
    for name, root, value in (alias for _, aliases in told for alias in aliases):
        if root not in found:
            continue
        path = alias_path(value, found)
        if path and _is_bound_once(name, statements):
            found[name] = path
    return found


def imports_module(statements: Iterable[ast.stmt], module: str) -> bool:
    """Whether any of them, or a part of one, imports it."""
    return any(module in imports.values() for imports, _ in _told_by(statements))


@of_each_cell
def _told_by(statements: Sequence[ast.stmt]) -> tuple[dict[str, str], list[tuple[str, str, ast.expr]]]:
    """What is imported, and all further names that may be aliases."""
    found: dict[str, str] = {}
    told = list(map(_tells, statements))
    for imports, _ in told:
        found.update(imports)
    return found, [alias for _, alias in told if alias is not None]


@remembered
def _tells(statement: ast.stmt) -> tuple[dict[str, str], tuple[str, str, ast.expr] | None]:
    return _imports(statement), _alias(statement)


def _alias(statement: ast.stmt) -> tuple[str, str, ast.expr] | None:
    """Name, value and the name that the value begins with, of ``name = a.b().c``."""
    name = alias_name(statement)
    if name is None or not isinstance(statement, ast.Assign):
        return None
    root = statement.value
    while isinstance(root, (ast.Attribute, ast.Call)):
        root = root.func if isinstance(root, ast.Call) else root.value
    return (name, root.id, statement.value) if isinstance(root, ast.Name) else None


def names_of_parts(
    statements: Sequence[ast.stmt], names: Mapping[str, str], is_part: Callable[[str], bool]
) -> dict[str, str]:
    """``mine = helpers.items``: further names, each bound once, with the paths that ``is_part`` accepts."""
    found: dict[str, str] = {}
    for statement in statements:
        name = alias_name(statement)
        path = dotted_name(statement.value) if name and isinstance(statement, ast.Assign) else None
        root, dot, rest = (path or "").partition(".")
        full = f"{names.get(root, '')}{dot}{rest}"
        if name and root in names and is_part(full) and _is_bound_once(name, statements):
            found[name] = full
    return found


def _is_bound_once(name: str, statements: Sequence[ast.stmt]) -> bool:
    return sum(stored[name] for stored in _stored(statements)) == 1


def _imports(statement: ast.stmt) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in of_kind(statement, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


@of_each_cell
def _stored(statements: Sequence[ast.stmt]) -> Counter[str]:
    names = (node for one in statements for node in of_kind(one, ast.Name))
    return Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))


def note_alias(facts: Facts, statement: ast.stmt, names: Mapping[str, str]) -> None:
    """A name for a part of a module travels as code, like an import: a copy of the part would be another object."""
    name = is_alias(statement, names)
    if name in facts.binds:
        facts.binds[name].kind = Kind.IMPORT


def is_alias(statement: ast.stmt, names: Mapping[str, str]) -> str:
    """The name that the statement gives a part of a module, else an empty text."""
    _, alias = _tells(statement)
    if alias is None or alias[1] not in names:
        return ""
    name, _, value = alias
    path = alias_path(value, names)
    return name if path and path == names.get(name) else ""


def alias_name(statement: ast.stmt) -> str | None:
    """``e`` of ``e = ...``."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def alias_path(value: ast.expr, names: Mapping[str, str]) -> str:
    """The full path of an expression that gives a part of a module in every process; else empty."""
    path = _path(value, names)
    return path if path.startswith(_PARTS) or path == "decimal.getcontext()" else ""


def _path(node: ast.expr, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        inner = _path(node.value, names)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, ast.Call):
        function = _path(node.func, names)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        plain = all(isinstance(one, ast.Constant) or _path(one, names) or _own_name(one) for one in given)
        known = function in _CALLS or (function == "logging.FileHandler" and not begins_anew(node))
        return f"{function}()" if known and plain else ""
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def _own_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__name__"
