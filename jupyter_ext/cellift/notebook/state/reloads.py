"""Reloads of modules beside the notebook: what objects that were made before have no place in a later step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.flow.statements import Statement


def outlived_objects(
    statements: Sequence[Statement],
    step_names: Mapping[int, str],
    reloads: Mapping[int, str],
    names: Mapping[str, str],
    has_classes: Callable[[str], bool],
) -> Iterator[Diagnostic]:
    """Objects made before a reload are of classes that nobody finds by name any more.

    ``reloads``: id of a statement -> the module that it reloads; ``names``: what imported names stand for, in full.
    """
    last = max((statement.owner for statement in statements), default=0)
    for place, statement in enumerate(statements):
        module = reloads.get(id(statement.node))
        if module is None or statement.owner == last or not has_classes(module):
            continue
        before = (one for one in statements[:place] if id(one.node) not in reloads)
        used = next((one for one in before if _uses(one, f"{module}.", names)), None)
        if used is not None:
            yield diagnose(
                "CL302",
                f"{step_names[statement.owner].capitalize()} reloads `{module}` after cell {used.code.cell.number} has "
                "used it: what was made before is of the classes as they were, which a later step cannot import.",
                cell=statement.code.cell.id,
                line=statement.node.lineno,
                fix="Take the reload away, or make it right after the import.",
            )


def _uses(statement: Statement, module: str, names: Mapping[str, str]) -> bool:
    return any(f"{names.get(name, '')}.".startswith(module) for name in statement.reads)
