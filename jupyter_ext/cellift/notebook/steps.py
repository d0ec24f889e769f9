"""From marked cells to steps: who owns each cell, and under which name and id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from cellift.notebook.cells import Cell, Notebook
from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.directives import Directive, read_directive
from cellift.notebook.graph import CellRole
from cellift.notebook.magics.onlookers import Onlookers
from cellift.notebook.magics.run_files import Script, rebound, with_run_files
from cellift.notebook.source import CellCode, read_code

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

#: The group that owns the cells before the first step.
SETUP = 0

_LONGEST_ID = 48


@dataclass
class Group:
    """Cells that run together: group 0 is the set-up, the others are the steps in document order."""

    name: str
    id: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)


class OwnedCode(NamedTuple):
    """The code of a cell, the index of the group that owns it, and whether it is the parameters cell."""

    code: CellCode
    owner: int
    parameters: bool = False


class Layout(NamedTuple):
    """All code of the pipeline in document order, and the groups that own it."""

    groups: tuple[Group, ...]
    code: tuple[OwnedCode, ...]
    roles: tuple[CellRole, ...]
    diagnostics: tuple[Diagnostic, ...]


def lay_out(notebook: Notebook, project: Project | None = None) -> Layout:
    """Give every cell its role. ``project`` has the files that cells run.

    An unmarked code cell belongs to the step above it, or to the set-up; one that looks at runs is left out.
    """
    groups = [Group("setup")]
    owned: list[OwnedCode] = []
    above: list[CellCode] = []
    roles: list[tuple[Cell, str, int | None]] = []
    found: list[Diagnostic] = []
    first_cell_of: dict[str, Cell] = {}
    onlookers = Onlookers()
    scripts: list[Script] = []
    for cell in notebook.cells:
        if cell.type != "code":
            roles.append((cell, "other", None))
            continue
        marks = read_directive(cell, None)
        by_line = cell.source.lstrip().startswith("%%step")
        if marks.skip and not by_line:
            roles.append((cell, "skip", None))
            found.extend(marks.diagnostics)
            continue
        left_out, notes = onlookers.look_at(cell, unmarked=marks == Directive() and not by_line)
        found.extend(notes)
        if left_out:
            roles.append((cell, "skip", None))
            continue
        code = read_code(cell, above)
        if code.step_line is not None:
            marks = read_directive(cell, code.step_line)
        found.extend(marks.diagnostics)
        found.extend(code.diagnostics)
        if marks.step is not None:
            found.extend(_open_step(marks, cell, groups, first_cell_of))
        owner = len(groups) - 1
        if marks.parameters:
            roles.append((cell, "parameters", None))
        else:
            groups[owner].cells.append(cell.id)
            roles.append((cell, "setup" if owner == SETUP else "step", owner))
        expanded = with_run_files(code, above, project)
        found.extend(expanded.diagnostics)
        scripts.extend(expanded.scripts)
        owned.extend(OwnedCode(part, owner, marks.parameters) for part in expanded.parts)
        above.extend(expanded.parts)
    found.extend(rebound(scripts, above))
    if len(groups) == 1 and not any(d.severity == "error" for d in found):
        found.append(
            diagnose(
                "CL101",
                "The notebook has no steps: no cell is marked as one.",
                fix="Mark a cell as a step in the sidebar, or write %%step NAME as its first line.",
            )
        )
    _name_ids(groups)
    cell_roles = tuple(
        CellRole(
            cell.id,
            cell.number,
            role,  # type: ignore[arg-type]
            groups[owner].id if owner else None,
        )
        for cell, role, owner in roles
    )
    return Layout(tuple(groups), tuple(owned), cell_roles, tuple(found))


def _open_step(marks: Directive, cell: Cell, groups: list[Group], first: dict[str, Cell]) -> list[Diagnostic]:
    """Begin a step, or go on with the one above when the metadata of adjacent cells has the same name."""
    name = marks.step or ""
    current = groups[-1]
    if len(groups) > 1 and current.name == name and not marks.by_magic:
        merged = {key: list(value) for key, value in current.options.items()}
        for key, value in marks.options.items():
            merged.setdefault(key, []).extend(item for item in value if item not in merged[key])
        current.options = merged
        return []
    groups.append(Group(name, options=dict(marks.options)))
    if name not in first:
        first[name] = cell
        return []
    return [
        diagnose(
            "CL102",
            f"`{name}` is the name of two steps: cell {first[name].number} and cell {cell.number}.",
            cell=cell.id,
            line=1,
            column=1,
            fix="Give one of them another name, or move its code into the other.",
        )
    ]


def _name_ids(groups: list[Group]) -> None:
    """Unique ids of ``[a-z0-9-]`` for the steps first; the implicit set-up takes what they leave.

    A step whose name has the form of an id gets that id, so that no id is the name of another step.
    """
    taken: set[str] = set()
    wanted = [step_id(group.name) for group in groups[1:]]
    for group, base in sorted(zip(groups[1:], wanted, strict=True), key=lambda pair: pair[0].name != pair[1]):
        identifier, number = base, 2
        while identifier in taken or (identifier != base and identifier in wanted):
            identifier, number = f"{base}-{number}", number + 1
        group.id = identifier
        taken.add(identifier)
    setup, number = groups[SETUP], 1
    setup.id = "setup"
    names = {group.name for group in groups[1:]}
    while setup.id in taken or setup.id in names:
        setup.id, number = f"setup-{number}", number + 1
    setup.name = setup.id


def step_id(name: str) -> str:
    """The identifier that a step's name gives: lower case letters, digits and hyphens, a letter first."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    # Files and, on a cluster, labels are named after it: a long name gives its beginning.
    identifier = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_ID].strip("-")
    if not identifier:
        return "step"
    return identifier if identifier[0].isalpha() else f"step-{identifier}"
