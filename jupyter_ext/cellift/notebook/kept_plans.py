"""A step that was wired before is wired the same way as long as all that its plan depends on is as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cellift.notebook.flow.statements import Read, Statement, Travel, Version

if TYPE_CHECKING:
    from cellift.notebook.wiring import Plan

_KEY = "plan"


class _Kept(NamedTuple):
    plan: Plan
    #: The step's own statements, those that every step repeats, what later steps ask for.
    asked: tuple[Any, ...]
    #: How the statements that it met travel, and which step they are of.
    places: list[tuple[Statement, Travel, int]]
    links: list[tuple[Version, list[tuple[Statement, Version]]]]
    #: What those of them read from which a read may be taken back.
    reads: list[tuple[Statement, dict[str, Read]]]


def kept_plan(own: Sequence[Statement], asked: tuple[Any, ...]) -> Plan | None:
    """The plan of an earlier analysis, if it is still right."""
    kept = own[-1].found.get(_KEY) if own else None
    if not isinstance(kept, _Kept) or kept.asked != asked:
        return None
    for one, travel, owner in kept.places:
        if one.travel is not travel or one.owner != owner:
            return None
    for version, links in kept.links:
        if version.links != links:
            return None
    return None if any(one.reads != reads for one, reads in kept.reads) else kept.plan


def keep_plan(own: Sequence[Statement], asked: tuple[Any, ...], plan: Plan) -> None:
    """Leave a plan without conflicts for the next analysis."""
    links = [(version, list(version.links)) for version in plan.needs]
    met = {version.statement for version in plan.needs} | set(plan.statements)
    met.update(statement for _, linked in links for statement, _ in linked)
    places = [(statement, statement.travel, statement.owner) for statement in met]
    open_ones = [one for one in plan.statements if not one.is_settled]
    reads = [(one, dict(one.reads)) for one in open_ones]
    own[-1].found[_KEY] = _Kept(plan, asked, places, links, reads)
