"""Files that steps share: who writes a file and who uses it keep the order of the notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cellift.notebook.files.names import FileNames
from cellift.notebook.files.paths import ANY, overlap
from cellift.notebook.files.used import FileAct, FileUse
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.graph import Edge, EdgeName, Place
from cellift.notebook.state.names import FILES
from cellift.notebook.wiring import Plan


def with_file_order(
    edges: Sequence[Edge],
    plans: Mapping[int, Plan],
    use: FileUse,
    ids: Mapping[int, str],
    names: Mapping[int, str],
) -> list[Edge]:
    """``edges`` with those added that keep steps in order when they use one file and one of them writes it.

    A file name that is put together while running may be any. Steps that are in order already get no edge more.
    """
    used = {owner: _files(plan, use) for owner, plan in plans.items()}
    index = {identifier: owner for owner, identifier in ids.items()}
    if not any(act.writes for files in used.values() for act in files.acts):
        return list(edges)
    found = {(index[edge.source], index[edge.target]): edge for edge in edges}
    sources: dict[int, list[int]] = {}
    for source, target in found:
        sources.setdefault(target, []).append(source)
    users, writers = FileNames(), FileNames()
    for owner, files in used.items():
        for act in files.acts:
            users.add(act.name, owner)
            if act.writes:
                writers.add(act.name, owner)
    above: dict[int, int] = {}  # sets of steps as bits: in a chain of thousands each has all above it
    for target in sorted(plans):
        above[target] = 0
        for source in sources.get(target, ()):
            above[target] |= 1 << source | above.get(source, 0)
        together = set().union(*((users if a.writes else writers).may_mean(a.name) for a in used[target].acts))
        for source in sorted((source for source in together if source < target), reverse=True):
            known = found.get((source, target))
            if known is None and above[target] >> source & 1:
                continue
            reasons = _reasons(used, source, target, names)
            if reasons:
                earlier = known.names if known is not None else ()
                found[source, target] = Edge(ids[source], ids[target], (*earlier, *reasons))
                above[target] |= 1 << source | above[source]
    return [found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))]


class _Files:
    """What a step does with files, each with the statement that does it; found by their names."""

    def __init__(self, acts: Mapping[FileAct, Statement]) -> None:
        self.acts = acts
        self._by_name: dict[str, list[tuple[int, FileAct, Statement]]] = {}
        self._loose: list[tuple[int, FileAct, Statement]] = []
        for place, (act, statement) in enumerate(acts.items()):
            kept = self._loose if ANY in act.name else self._by_name.setdefault(act.name, [])
            kept.append((place, act, statement))

    def that_may_mean(self, name: str) -> Iterable[tuple[FileAct, Statement]]:
        """In their order; those whose names differ for sure are left out where that is quick to tell."""
        if ANY in name:
            return self.acts.items()
        if not self._loose:
            return [(act, statement) for _, act, statement in self._by_name.get(name, ())]
        found = sorted([*self._by_name.get(name, ()), *self._loose], key=lambda one: one[0])
        return [(act, statement) for _, act, statement in found]


def _files(plan: Plan, use: FileUse) -> _Files:
    acts = [use.of(statement) for statement in plan.statements]
    known = plan.found.get("files")
    if known is None or known[0] != acts:
        known = plan.found["files"] = (acts, _Files(_used(plan, use)))
    found: _Files = known[1]
    return found


def _used(plan: Plan, use: FileUse) -> dict[FileAct, Statement]:
    found: dict[tuple[str, bool], tuple[Statement, FileAct]] = {}
    for statement in plan.statements:
        for act in use.of(statement):
            if statement.travel is Travel.REPLAY and act.writes:
                continue  # every step does it for itself
            found.setdefault((act.name, act.writes), (statement, act))
    return {act: statement for statement, act in found.values()}


def _reasons(used: Mapping[int, _Files], source: int, target: int, names: Mapping[int, str]) -> list[EdgeName]:
    found: dict[str, EdgeName] = {}
    for one, above in used[source].acts.items():
        for other, below in used[target].that_may_mean(one.name):
            if not (one.writes or other.writes) or not overlap(one.name, other.name):
                continue
            if (one.exact or other.exact) and one.name != other.name:
                continue
            name = other.name if ANY in one.name else one.name
            name = FILES if name == ANY else name
            what = f"a file `{name}`" if name != FILES else "files whose names are not in the source"
            writer = names[source if one.writes else target]
            found.setdefault(
                name,
                EdgeName(
                    name,
                    Place(above.code.cell.id, one.use.line),
                    Place(below.code.cell.id, other.use.line),
                    f"{names[source]} and {names[target]} use {what}, and {writer} writes files",
                ),
            )
    return [found[name] for name in sorted(found)]
