"""Files that steps share: who writes and who mentions the same file name keep the order of the notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellift.notebook.facts import Kind, Use
from cellift.notebook.graph import Edge, EdgeName, Place
from cellift.notebook.statements import Statement, Travel, Version
from cellift.notebook.wiring import Plan

_Mention = tuple[Statement, Use]


def with_file_order(
    edges: Sequence[Edge], plans: Mapping[int, Plan], ids: Mapping[int, str], names: Mapping[int, str]
) -> list[Edge]:
    """``edges`` with those added that keep steps in order when they mention one file and one of them writes files.

    File names are compared without their folders; names that are put together while running are not seen.
    """
    mentions = {owner: _mentions(plan) for owner, plan in plans.items()}
    writers = {owner for owner, plan in plans.items() if any(s.facts.writes_files for s in plan.statements)}
    found = {(edge.source, edge.target): edge for edge in edges}
    for target in sorted(plans):
        for source in sorted(owner for owner in plans if owner < target and (owner in writers or target in writers)):
            shared = sorted(mentions[source].keys() & mentions[target].keys())
            if not shared:
                continue
            key = (ids[source], ids[target])
            known = found[key].names if key in found else ()
            reasons = tuple(
                EdgeName(
                    file,
                    _place(mentions[source][file]),
                    _place(mentions[target][file]),
                    f"{names[source]} and {names[target]} use a file `{file}`, "
                    f"and {names[source if source in writers else target]} writes files",
                )
                for file in shared
            )
            found[key] = Edge(*key, (*known, *reasons))
    order = {identifier: index for index, identifier in ids.items()}
    return sorted(found.values(), key=lambda edge: (order[edge.target], order[edge.source]))


def _mentions(plan: Plan) -> dict[str, _Mention]:
    found: dict[str, _Mention] = {}
    given = [
        version.statement for version in [*plan.parameters.values(), *plan.inputs.values()] if _is_literal(version)
    ]
    for statement in [*given, *plan.statements]:
        if statement.travel is Travel.REPLAY:
            continue  # every step does it for itself: `pd.set_option("display.width", 80)`
        for file, use in statement.facts.files.items():
            found.setdefault(file, (statement, use))
    return found


def _is_literal(version: Version) -> bool:
    """Whether the value is written down where the name is bound; that of a call mentions files that it read itself."""
    binding = version.statement.facts.binds.get(version.name)
    return version.statement.travel is Travel.PARAMETER or (binding is not None and binding.kind is Kind.CONSTANT)


def _place(mention: _Mention) -> Place:
    statement, use = mention
    return Place(statement.code.cell.id, use.line)
