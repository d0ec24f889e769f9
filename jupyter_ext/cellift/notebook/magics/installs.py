"""What `%pip install` and the like ask for: the packages of the step, as they are installed where it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.magics.install_commands import Install, read_requirements
from cellift.notebook.steps import Group, OwnedCode

if TYPE_CHECKING:
    from cellift.project.distributions import Distribution
    from cellift.project.snapshot import Project

_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?\s*([^;]*)")
_CLAUSE = re.compile(r"(===|~=|==|!=|<=|>=|<|>)\s*([\w.*+!\-]+)")


@dataclass
class Installs:
    """What the notebook has installed: ``pins`` of what is there already, and requirements that are not met.

    Each by owner; those of the set-up are for all steps. ``missing`` holds from their step on.
    """

    pins: dict[int, set[str]] = field(default_factory=dict)
    missing: dict[int, list[str]] = field(default_factory=dict)
    own: dict[int, list[str]] = field(default_factory=dict)
    """What the options of a step ask for, for that step alone."""
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def of(self, owner: int) -> tuple[str, ...]:
        """The requirements of a step that its interpreter does not meet."""
        above = [one for at, found in sorted(self.missing.items()) if at <= owner for one in found]
        return tuple(dict.fromkeys([*above, *self.own.get(owner, ())]))


def read_installs(code: Sequence[OwnedCode], groups: Sequence[Group], project: Project | None) -> Installs:
    """What the commands of the cells and the options of the steps ask for."""
    found = Installs()
    for owned in code:
        for install, line in owned.code.installs:
            cell = owned.code.cell
            requirements, unread = _all(install, project)
            if unread is not None:
                found.diagnostics.append(
                    _refused(f"Cell {cell.number} installs what cannot be read: {unread}.", cell.id, line)
                )
            for requirement in requirements if project is not None else ():
                one = _installed(requirement, project)
                if one is not None and fits(one.version, _clauses(requirement)):
                    found.pins.setdefault(owned.owner, set()).add(one.pin)
                elif not install.conda:
                    found.missing.setdefault(owned.owner, []).append(requirement)
                else:
                    has = f"version {one.version} is installed" if one else "it is not installed"
                    what = f"Cell {cell.number} installs `{requirement}` with conda, but {has} where the steps run."
                    found.diagnostics.append(_refused(what, cell.id, line))
    for owner, group in enumerate(groups):
        for requirement in group.options.get("package", ()):
            one = _installed(requirement, project)
            if _REQUIREMENT.match(requirement) is None or requirement.startswith("-"):
                what = f"Step {group.name} asks for the package `{requirement}`, which is no requirement of pip's."
                found.diagnostics.append(_refused(what, group.cells[0], 1))
            elif one is not None and fits(one.version, _clauses(requirement)):
                found.pins.setdefault(owner, set()).add(one.pin)
            else:
                found.own.setdefault(owner, []).append(requirement)
    return found


def _all(install: Install, project: Project | None) -> tuple[list[str], str | None]:
    """The requirements of a command with those of its files, and what of it cannot be read."""
    found = list(install.requirements)
    waiting, seen = list(install.files), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            if project is None or project.folder is None:
                raise OSError
            text = (project.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return found, f"there is no file {name} beside the notebook"
        inside = read_requirements(text)
        if inside.unseen is not None:
            return found, f"`{inside.unseen}` in {name}"
        found += inside.requirements
        waiting += inside.files
    return found, None


def _installed(requirement: str, project: Project | None) -> Distribution | None:
    matched = _REQUIREMENT.match(requirement)
    return project.installed(matched[1]) if matched and project is not None else None


def _clauses(requirement: str) -> str:
    matched = _REQUIREMENT.match(requirement)
    return matched[2] if matched else ""


def _refused(message: str, cell: str, line: int) -> Diagnostic:
    return diagnose(
        "CL207",
        message,
        cell=cell,
        line=line,
        fix="Install it into the kernel's environment once, and mark the cell as skipped.",
    )


def fits(version: str, clauses: str) -> bool:
    """Whether a version is one of those that the clauses (`>=1.2,<2`) allow, by its numbers."""
    return all(_fits(version, operator, wanted) for operator, wanted in _CLAUSE.findall(clauses))


def _fits(version: str, operator: str, wanted: str) -> bool:
    have, want = _numbers(version), _numbers(wanted)
    if operator == "===":
        return version == wanted
    if operator in ("==", "!="):
        same = have[: len(want)] == want if wanted.endswith("*") else _padded(have, want) == _padded(want, have)
        return same is (operator == "==")
    if operator == "~=":
        return _padded(have, want) >= _padded(want, have) and have[: len(want) - 1] == want[:-1]
    left, right = _padded(have, want), _padded(want, have)
    return {"<=": left <= right, ">=": left >= right, "<": left < right, ">": left > right}[operator]


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _padded(numbers: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return numbers + (0,) * (len(other) - len(numbers))
