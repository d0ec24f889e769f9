"""From resolved statements to steps: what each step copies, takes from others and keeps.

Steps are wired from the last to the first, so that what later steps ask for is known when a step's turn comes. Each
step is then played through on paper: every statement in it must see the version of each name that it sees in the
notebook.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from cellift.notebook.flow.blocks import Block, of_each_block, of_steps
from cellift.notebook.flow.statements import Statement, Travel, Version
from cellift.notebook.graph import Edge, EdgeName, Place
from cellift.notebook.kept_plans import keep_plan, kept_plan
from cellift.notebook.scopes.facts import Kind, Use
from cellift.notebook.state.generators import CARRIED
from cellift.notebook.state.names import is_pseudo, quoted
from cellift.notebook.state.unseen_reads import UnseenReads
from cellift.notebook.steps import SETUP


class Need(NamedTuple):
    """Why a step needs a version: the statement of the step, the place of the use, the function that leads to it."""

    statement: Statement
    use: Use
    via: str | None = None


@dataclass
class Plan:
    """One step: its statements in document order, where its inputs come from (step indexes), what it keeps."""

    owner: int
    statements: list[Statement] = field(default_factory=list)
    inputs: dict[str, Version] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, Version] = field(default_factory=dict)
    needs: dict[Version, Need] = field(default_factory=dict)
    outputs: set[str] = field(default_factory=set)
    edges: list[Edge] = field(default_factory=list)
    #: What has been found out about its statements, by kind.
    found: dict[str, Any] = field(default_factory=dict, repr=False)


class Conflict(NamedTuple):
    """In the step ``owner``, ``statement`` needs ``wanted`` of a name but would see ``seen``."""

    owner: int
    statement: Statement
    wanted: Version
    seen: Version | None


class Wiring:
    """All steps of a notebook. ``plans`` maps a group's index to its plan; ``conflicts`` is empty when all is well."""

    def __init__(self, blocks: Sequence[Block], owners: Iterable[int]) -> None:
        self._own = of_steps(blocks)
        #: Name -> the last step that changes its object in place.
        self._last_change: dict[str, int] = {}
        for block, changed in zip(blocks, _changed_in(blocks), strict=True):
            if changed:
                owner = block.statements[0].owner
                self._last_change.update((name, max(owner, self._last_change.get(name, SETUP))) for name in changed)
        statements = [statement for block in blocks for statement in block.statements]
        self._replayed = [statement for statement in statements if statement.travel is Travel.REPLAY]
        self._blocks = blocks
        self._unseen = UnseenReads(statements)
        self._demanded: dict[int, dict[str, tuple[Version, Need]]] = {}
        self.plans: dict[int, Plan] = {}
        self.conflicts: list[Conflict] = []
        #: Indexes of statements that make constants which somebody may change through what is registered.
        self.registered: set[int] = set()
        for owner in sorted(owners, reverse=True):
            self.plans[owner] = self._plan(owner)
        self._collect_outputs()

    # --- needs of one step

    def _plan(self, owner: int) -> Plan:
        own = [statement for statement in self._own.get(owner, ()) if _runs_in_own_step(statement)]
        repeated = self._repeated_in(owner)
        unseen = self._unseen.of(owner, [*own, *repeated])
        asked = (owner, own, repeated, unseen, list(self._demanded.get(owner, {}).values()))
        known = kept_plan(own, asked)
        if known is not None:
            return self._again(known)
        told = len(self.conflicts)
        plan = self._wired(owner, own, unseen)
        if own:
            own[-1].found.pop("plan", None)
        by_all = any(statement.facts.bodies for statement in repeated)
        if own and not by_all and len(self.conflicts) == told:
            keep_plan(own, asked, plan)
        return plan

    def _again(self, known: Plan) -> Plan:
        """The plan of an earlier analysis, with what it asks of other steps."""
        plan = Plan(
            known.owner, known.statements, known.inputs, known.sources, known.parameters, known.needs, found=known.found
        )
        for name, source in plan.sources.items():
            self._demand(plan, plan.inputs[name], source, plan.needs[plan.inputs[name]])
        return plan

    def _repeated_in(self, owner: int) -> list[Statement]:
        return [s for s in self._replayed if s.owner == SETUP or s.owner < owner]

    def _wired(self, owner: int, own: list[Statement], unseen: Sequence[tuple[Version, Statement]]) -> Plan:
        joined: dict[Version, int] = {}
        while True:
            plan = self._close(owner, own, joined)
            included = set(plan.statements)
            taken = {version.name for version in plan.needs if version.statement not in included}
            for version, statement in unseen:
                if version.name not in taken:
                    place = statement.node.lineno, statement.node.col_offset + 1
                    plan.needs[version] = Need(statement, Use(version.name, *place, soft=True))
            more = self._joint_sources(plan, owner)
            if more == joined:
                break
            joined = more
        self._take_inputs(plan, joined)
        self._play(plan)
        return plan

    def _close(self, owner: int, own: list[Statement], joined: Mapping[Version, int]) -> Plan:
        """Everything that the step's own and replayed statements need, directly and through what is copied."""
        plan = Plan(owner)
        replayed = self._repeated_in(owner)
        included = {*own, *replayed}
        pending: deque[tuple[Statement, Need | None]] = deque((statement, None) for statement in [*own, *replayed])
        wanted: deque[tuple[Version, Need]] = deque(self._demanded.get(owner, {}).values())
        wanted += [pair for statement in replayed for pair in self._in_bodies(statement, owner)]
        while pending or wanted:
            if pending:
                statement, reason = pending.popleft()
                for read in statement.reads.values():
                    wanted.append((read.version, reason or Need(statement, read.use, read.via)))
                continue
            version, need = wanted.popleft()
            if version in plan.needs:
                continue
            plan.needs[version] = need
            statement = version.statement
            if version in joined or statement in included or statement.travel is Travel.PARAMETER:
                continue
            if statement.travel is Travel.COPY:
                included.add(statement)
                pending.append((statement, need))
        plan.statements = sorted(included, key=lambda statement: statement.index)
        return plan

    def _in_bodies(self, replayed: Statement, owner: int) -> Iterator[tuple[Version, Need]]:
        """What is registered somewhere may be called by anybody: all that its code, and what that calls, needs."""
        seen: set[str] = set()
        pending = [use for body in replayed.facts.bodies.values() for use in body.reads.values()]
        while pending:
            use = pending.pop()
            made = [at for at in self._makers.get(use.name, ()) if at.owner == SETUP or at.owner < owner]
            if use.name in seen or not made:
                continue
            seen.add(use.name)
            version = made[-1].makes[use.name]
            if version.kind is Kind.CONSTANT and not version.immutable and version.statement.travel is Travel.COPY:
                self.registered.add(version.statement.index)
            if not version.deleted:
                yield version, Need(replayed, use, use.name)
                pending += version.body.reads.values() if version.code and version.body is not None else ()

    @cached_property
    def _makers(self) -> dict[str, list[Statement]]:
        """Name -> the statements that make it, in document order."""
        found: dict[str, list[Statement]] = {}
        for statement in (statement for block in self._blocks for statement in block.statements):
            for name in statement.makes:
                found.setdefault(name, []).append(statement)
        return found

    def _joint_sources(self, plan: Plan, owner: int) -> dict[Version, int]:
        """Names that share an object must come from one step: the latest one that had them together."""
        outside = {v for v in plan.needs if v.statement.owner != owner or v.statement.travel is not Travel.OWN}
        leader: dict[Version, Version] = {}
        places: dict[Version, int] = {}

        def find(version: Version) -> Version:
            while (above := leader.get(version, version)) is not version:
                leader[version] = version = leader.get(above, above)
            return version

        for version in outside:
            for statement, other in version.links:
                if other in outside and statement.owner < owner and statement.travel is Travel.OWN:
                    first, second = find(version), find(other)
                    leader[second] = leader[first] = first
                    places[first] = max(statement.owner, places.get(first, SETUP), places.get(second, SETUP))
        return {version: places[find(version)] for version in outside if version in leader}

    def _take_inputs(self, plan: Plan, joined: Mapping[Version, int]) -> None:
        included = set(plan.statements)
        for version, need in plan.needs.items():
            if version in joined:
                self._take(plan, version, joined[version], need)
            elif version.statement.travel is Travel.PARAMETER:
                plan.parameters[version.name] = version
            elif version.statement not in included:
                self._take(plan, version, version.statement.owner, need)

    def _take(self, plan: Plan, version: Version, source: int, need: Need) -> None:
        known = plan.inputs.get(version.name)
        if known is not None and known is not version:
            self.conflicts.append(Conflict(plan.owner, need.statement, version, known))
            return
        if version.kind.is_code:
            self.conflicts.append(Conflict(plan.owner, need.statement, version, None))
            return
        plan.inputs[version.name] = version
        plan.sources[version.name] = source
        self._demand(plan, version, source, need)

    def _demand(self, plan: Plan, version: Version, source: int, need: Need) -> None:
        demanded = self._demanded.setdefault(source, {})
        before = demanded.get(version.name)
        if before is not None and before[0] is not version:
            self.conflicts.append(Conflict(plan.owner, need.statement, version, before[0]))
            return
        if before is None:
            demanded[version.name] = (version, need)

    def _play(self, plan: Plan) -> None:
        """Run the step on paper and note every statement that would see another version than in the notebook."""
        seen = {name: version for name, version in plan.inputs.items() if not is_pseudo(name)} | plan.parameters
        restored = False
        for statement in plan.statements:
            if statement.owner == plan.owner and not restored:
                # The state of the process is taken up where the step's own statements begin.
                restored = True
                seen.update({name: version for name, version in plan.inputs.items() if is_pseudo(name)})
            for name, read in statement.reads.items():
                if seen.get(name) is not read.version:
                    self.conflicts.append(Conflict(plan.owner, statement, read.version, seen.get(name)))
            taken = plan.inputs if statement.owner != plan.owner and statement.brings_all else {}
            seen.update({name: version for name, version in statement.makes.items() if name not in taken})
        for name, (version, need) in self._demanded.get(plan.owner, {}).items():
            if seen.get(name) is not version:
                self.conflicts.append(Conflict(plan.owner, need.statement, version, seen.get(name)))

    # --- between the steps

    def _collect_outputs(self) -> None:
        self._last = max(self.plans, default=SETUP)
        #: Step -> the names that others take from it, each with the last one that does.
        self._last_taker: dict[int, dict[str, int]] = {}
        #: Step -> those that take from it; the last one that something comes to from it, maybe through others.
        self._takers: dict[int, set[int]] = {}
        self._farthest: dict[int, int] = {}
        for index in sorted(self.plans, reverse=True):
            takers = self._takers.setdefault(index, set())
            self._farthest[index] = max((self._farthest[one] for one in takers), default=index)
            for source in self.plans[index].sources.values():
                self._takers.setdefault(source, set()).add(index)
        #: (Name, step that it comes from) -> the steps that take it, as far as others take from them.
        self._takers_with_takers: dict[tuple[str, int], list[int]] = {}
        for index in sorted(self.plans):
            for taken in self.plans[index].sources.items() if self._takers[index] else ():
                self._takers_with_takers.setdefault(taken, []).append(index)
        for index, plan in self.plans.items():
            for name, source in plan.sources.items():
                last = self._last_taker.setdefault(source, {})
                last[name] = max(index, last.get(name, index))
                if source in self.plans:
                    self.plans[source].outputs.add(name)

    def later(self, owner: int) -> tuple[str, ...]:
        """Names that steps further down the document take from the producers of this step's inputs.

        What this step does not take itself may share an object with what it takes.
        """
        mine = set(self.plans[owner].sources.values())
        taken = (pair for source in mine for pair in self._last_taker.get(source, {}).items())
        return tuple(sorted({name for name, last in taken if last > owner}))

    def may_be_held(self, owner: int) -> tuple[str, ...]:
        """Names that the step takes and steps above it take from the same place, who may hand their objects further.

        Whoever takes what such a step made, this one too, would miss a change here that the source does not show.
        """
        found = []
        for name, source in self.plans[owner].sources.items():
            holders = self._takers_with_takers.get((name, source), ())
            if not is_pseudo(name) and any(one < owner and self._reaches(one, owner) for one in holders):
                found.append(name)
        return tuple(sorted(found))

    def _reaches(self, index: int, owner: int) -> bool:
        """Whether something comes from the step to ``owner`` or one below it, maybe through others."""
        return self._farthest[index] >= owner

    def left_behind(self, owner: int) -> set[str]:
        """Generators that the step seeds or draws from: a later step may draw without its source showing it."""
        if owner == self._last:
            return set()
        plan = self.plans[owner]
        if "left behind" not in plan.found:
            own = (one for one in plan.statements if one.owner == owner and one.travel is Travel.OWN)
            plan.found["left behind"] = {name for one in own for name in one.makes if name in CARRIED}
        found: set[str] = plan.found["left behind"]
        return found

    def draws(self, owner: int) -> tuple[str, ...]:
        """Generators that the step draws from before it seeds them itself: what was drawn above it matters to it."""
        plan = self.plans[owner]
        if "draws" not in plan.found:
            own = {s for s in plan.statements if s.owner == owner and s.travel is Travel.OWN}
            reads = (read.version for statement in own for read in statement.reads.values())
            plan.found["draws"] = tuple(sorted({v.name for v in reads if v.name in CARRIED and v.statement not in own}))
        found: tuple[str, ...] = plan.found["draws"]
        return found

    def touched(self, owner: int, later: Iterable[str]) -> tuple[str, ...]:
        """Of the names that the step makes, or that are ``later``: those that steps further down change in place.

        If two of them turn out to share an object, it matters.
        """
        concerned = {*self.plans[owner].outputs, *later}
        return tuple(sorted(name for name in concerned if self._last_change.get(name, owner) > owner))

    def edges(self, ids: Mapping[int, str], names: Mapping[int, str]) -> list[Edge]:
        """The edges in document order, each name with the places that make it and use it."""
        edges: list[Edge] = []
        for target in sorted(self.plans):
            plan = self.plans[target]
            sources = sorted(set(plan.sources.values()))
            called = [(ids[one], names[one]) for one in (*sources, target)]
            known = plan.found.get("edges")
            if known is None or known[0] != called:
                known = plan.found["edges"] = (called, self._edges(plan, sources, ids, names))
            edges += known[1]
        return edges

    def _edges(
        self, plan: Plan, sources: Iterable[int], ids: Mapping[int, str], names: Mapping[int, str]
    ) -> list[Edge]:
        found = []
        for source in sources:
            taken = sorted(name for name, index in plan.sources.items() if index == source)
            reasons = tuple(self._reason(plan, name, source, names) for name in taken)
            found.append(Edge(ids[source], ids[plan.owner], reasons))
        return found

    def _reason(self, plan: Plan, name: str, source: int, names: Mapping[int, str]) -> EdgeName:
        version = plan.inputs[name]
        need = plan.needs[version]
        made_there = version.statement.owner == source
        producer = version.place
        if not made_there:
            link = next((s for s, other in version.links if s.owner == source and other in plan.needs), None)
            producer = link.place if link is not None else version.place
        consumer = Place(need.statement.code.cell.id, need.use.line)
        if not made_there:
            what = f"{quoted(name)} shares its object with another name since {names[source]}"
        elif version.how:
            what = f"{quoted(name)} is changed ({version.how}) in {names[source]}"
        else:
            what = f"{quoted(name)} is {'seeded' if name in CARRIED else 'made'} in {names[source]}"
        by = f" by {need.via}" if need.via else ""
        return EdgeName(name, producer, consumer, f"{what} and used{by} in {names[plan.owner]}")


@of_each_block
def _changed_in(statements: Sequence[Statement]) -> frozenset[str]:
    """Names whose objects are changed in place."""
    return frozenset(name for one in statements for name, version in one.makes.items() if version.how)


def _runs_in_own_step(statement: Statement) -> bool:
    """Set-up has no cells of its own to run: only what it computes."""
    if statement.owner == SETUP:
        return statement.travel is Travel.OWN
    return statement.travel is not Travel.PARAMETER


def definitions_to_keep(conflicts: Iterable[Conflict]) -> set[int]:
    """Indexes of constants, functions, classes and imports that, sent as data, not copied, may solve the conflicts."""
    candidates: set[int] = set()
    for conflict in conflicts:
        for version in (conflict.wanted, conflict.seen):
            if version is not None and version.kind is Kind.CONSTANT and version.statement.travel is Travel.COPY:
                candidates.add(version.statement.index)
            elif version is not None and version.kind is Kind.IMPORT and len(version.statement.makes) > 1:
                # `from math import ceil, sqrt` is copied for `sqrt`; by then `ceil` is something else.
                candidates.add(version.statement.index)
            elif version is not None and version.kind in (Kind.FUNCTION, Kind.CLASS):
                candidates.update(one.statement.index for one in version.chain())
        if conflict.statement.travel is Travel.COPY and conflict.statement.owner != conflict.owner:
            # The copied statement needs an older version than its step has.
            kinds = {version.kind for version in conflict.statement.makes.values()}
            if kinds <= {Kind.FUNCTION, Kind.CLASS, Kind.CONSTANT}:
                candidates.add(conflict.statement.index)
    return candidates


def repeated_in_conflict(conflicts: Iterable[Conflict]) -> list[Statement]:
    """Repeated statements of steps that need what is not as it was then: their effect must be handed on instead."""
    found = {
        conflict.statement: None
        for conflict in conflicts
        if conflict.statement.travel is Travel.REPLAY and conflict.statement.owner != SETUP
    }
    return list(found)
