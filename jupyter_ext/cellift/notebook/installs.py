"""What `%pip install` and the like ask for: the packages of the step, as they are installed where it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.steps import OwnedCode

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?\s*([^;]*)")
_CLAUSE = re.compile(r"(===|~=|==|!=|<=|>=|<|>)\s*([\w.*+!\-]+)")


def installed_pins(
    code: Sequence[OwnedCode], project: Project | None
) -> tuple[dict[int, set[str]], tuple[Diagnostic, ...]]:
    """Owner -> pins of what its commands install (the set-up's are for all steps), and what is not installed so."""
    pins: dict[int, set[str]] = {}
    found: list[Diagnostic] = []
    for owned in code if project is not None else ():
        for install, line in owned.code.installs:
            for requirement in install.requirements:
                matched = _REQUIREMENT.match(requirement)
                one = project.installed(matched[1]) if matched and project is not None else None
                if one is not None and matched and fits(one.version, matched[2]):
                    pins.setdefault(owned.owner, set()).add(one.pin)
                    continue
                has = f"version {one.version} is installed" if one else "it is not installed"
                found.append(
                    diagnose(
                        "CL207",
                        f"Cell {owned.code.cell.number} installs `{requirement}`, but {has} where the steps run.",
                        cell=owned.code.cell.id,
                        line=line,
                        fix="Install it into the kernel's environment once, then run the pipeline.",
                    )
                )
    return pins, tuple(found)


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
