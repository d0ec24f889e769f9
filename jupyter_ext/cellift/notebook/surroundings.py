"""What a step needs of its surroundings: packages, modules beside the notebook, data files. Asked of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cellift.notebook.wiring import Plan
    from cellift.project.snapshot import Project


class Needs(NamedTuple):
    """As the fields of the same names of `Step`."""

    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def needs_of(plan: Plan, project: Project | None) -> Needs:
    """What the statements of a step, copied ones too, import and name; nothing without a project."""
    if project is None:
        return Needs()
    from cellift.project.data_files import named_paths
    from cellift.project.imports import imported_modules

    if "surroundings" not in plan.found:
        nodes = [statement.node for statement in plan.statements]
        given = [version.statement.node for version in plan.parameters.values()]
        plan.found["surroundings"] = frozenset(imported_modules(nodes)), named_paths([*nodes, *given])
    modules, paths = plan.found["surroundings"]
    return Needs(
        tuple(one.pin for one in project.distributions(modules)),
        project.local_files(modules),
        project.data_files(paths, modules),
    )
