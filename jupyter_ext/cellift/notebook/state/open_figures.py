"""Figures that pyplot leaves open, where the notebook has chosen a backend: steps begin with none.

With the backend of a kernel all figures are closed after each cell, so there is nothing to hand on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.files.used import FileUse
from cellift.notebook.flow.statements import Statement
from cellift.notebook.state.generators import Knowledge
from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind

_PYPLOT = "matplotlib.pyplot."
_CHOOSES = frozenset({"matplotlib.use", f"{_PYPLOT}switch_backend"})
_MAKES = frozenset({"figure", "subplots", "subplot_mosaic"})
_CLOSES = frozenset({"close", "switch_backend"})
#: They neither make a figure nor draw on one.
_NEITHER = frozenset(
    "rc rc_context rcdefaults ion ioff isinteractive get_fignums get_figlabels fignum_exists get_cmap setp getp use "
    "context reload_library get_backend show Normalize Circle Rectangle Line2D Figure".split()
)


def figures_left_open(
    statements: Sequence[Statement], files: FileUse, step_names: Mapping[int, str]
) -> list[Diagnostic]:
    """An error for every step that draws on a figure which a step above has left open."""
    if not any(path.startswith("matplotlib") for path in files.names.values()):
        return []
    knowledge = Knowledge(())
    knowledge.names = files.names
    by_name = not _CHOOSES.isdisjoint(files.names.values())
    candidates = (call for several in _may_choose(files.nodes, by_name) for call in several)
    if not any(_chooses(call, knowledge) for call in candidates):
        return []
    found: dict[int, Diagnostic] = {}
    open_since: int | None = None
    for statement in statements:
        for call, name in _plots(statement, files, knowledge):
            if name in _CLOSES:
                open_since = None
                continue
            if open_since not in (None, statement.owner) and name not in _MAKES:
                found.setdefault(statement.owner, _open_elsewhere(statement, call, open_since, step_names))
            open_since = statement.owner
    return list(found.values())


@of_each_cell
def _may_choose(nodes: Sequence[ast.stmt], by_name: bool) -> tuple[ast.Call, ...]:
    names = {path.rpartition(".")[2] for path in _CHOOSES}
    calls = (call for node in nodes for call in of_kind(node, ast.Call))
    return tuple(call for call in calls if by_name or last_name(call.func) in names)


def _chooses(call: ast.Call, knowledge: Knowledge) -> bool:
    return knowledge.path(call.func) in _CHOOSES and "inline" not in ast.unparse(call)


def _plots(statement: Statement, files: FileUse, knowledge: Knowledge) -> Iterator[tuple[ast.Call, str]]:
    """The calls of pyplot that open, close or use a figure, also in functions that the statement calls."""
    for code in files.reach.of(statement):
        for node in code.acts():
            path = knowledge.path(node.func) if isinstance(node, ast.Call) else None
            name = path.removeprefix(_PYPLOT) if path and path.startswith(_PYPLOT) else ""
            if name and isinstance(node, ast.Call) and "." not in name and name not in _NEITHER:
                yield node, name


def _open_elsewhere(
    statement: Statement, call: ast.Call, since: int | None, step_names: Mapping[int, str]
) -> Diagnostic:
    return diagnose(
        "CL302",
        f"{step_names[statement.owner].capitalize()} draws on the figure that {step_names[since or 0]} has left open; "
        "a step begins without one.",
        cell=statement.code.cell.id,
        line=call.lineno if call in ast.walk(statement.node) else statement.node.lineno,
        fix="Begin with `plt.figure()` or `plt.close()`, or draw by the axes: `fig, ax = plt.subplots()`.",
    )
