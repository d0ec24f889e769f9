"""Steps with shell commands run after all steps above them and before all below: what they read and write is unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellift.notebook.graph import Edge, EdgeName, Place
from cellift.notebook.state.names import FILES
from cellift.notebook.wiring import Plan


def with_shell_order(
    edges: Sequence[Edge], plans: Mapping[int, Plan], ids: Mapping[int, str], names: Mapping[int, str]
) -> list[Edge]:
    """``edges`` with those added that keep the order around steps that run shell commands."""
    places = {owner: _place(plan) for owner, plan in plans.items()}
    found = {(edge.source, edge.target): edge for edge in edges}
    above: list[int] = []  # the steps since the last one with commands, that one first
    for owner in sorted(plans):
        commands = places[owner]
        before = above if commands else above[:1] if above and places[above[0]] else []
        for source in before:
            key = (ids[source], ids[owner])
            who = owner if commands else source
            place = places[who] or Place(plans[who].statements[0].code.cell.id, 1)
            known = found[key].names if key in found else ()
            reason = f"{names[who]} runs a command, which may use any file"
            found[key] = Edge(*key, (*known, EdgeName(FILES, place, place, reason)))
        above = [owner] if commands else [*above, owner]
    order = {identifier: index for index, identifier in ids.items()}
    return sorted(found.values(), key=lambda edge: (order[edge.target], order[edge.source]))


def _place(plan: Plan) -> Place | None:
    if "commands" not in plan.found:
        plan.found["commands"] = _first_place(plan)
    found: Place | None = plan.found["commands"]
    return found


def _first_place(plan: Plan) -> Place | None:
    for statement in plan.statements:
        if statement.facts.outside is not None:
            return Place(statement.code.cell.id, statement.facts.outside.line)
    return None
