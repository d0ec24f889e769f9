"""Why the graph is as it is: each name on an edge, each copied and repeated line of a step, each refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cellift.notebook.analysis import Analysis
from cellift.notebook.cells import Notebook
from cellift.notebook.diagnostics import Diagnostic
from cellift.notebook.flow.statements import Read, Statement, Travel, Version
from cellift.notebook.graph import Edge, Place
from cellift.notebook.magics.places import in_cell
from cellift.notebook.state.names import label
from cellift.notebook.steps import SETUP
from cellift.notebook.wiring import Plan

Explanation = dict[str, Any]

_LONGEST = 100
_PLACE = re.compile(r"\bcell (\d+)(?:, line (\d+))?")


def explain(analysis: Analysis, notebook: Notebook) -> Explanation:
    """The reasons as JSON: ``{"steps", "edges", "refusals"}``; every place is ``{"cell", "number", "line"}``.

    ``analysis`` is that of ``notebook``. Pure; the same for the same notebook.
    """
    reasons = _Reasons(notebook, analysis.plans)
    steps = zip(analysis.graph.steps, sorted(analysis.plans), strict=False)
    owners = {step.id: owner for owner, step in zip(sorted(analysis.plans), analysis.graph.steps, strict=False)}
    return {
        "steps": [{"id": step.id, "name": step.name, **reasons.step(analysis.plans[owner])} for step, owner in steps],
        "edges": [reasons.edge(edge, owners) for edge in analysis.graph.edges],
        "refusals": [reasons.refusal(one) for one in analysis.diagnostics if one.severity == "error"],
    }


class _Reasons:
    def __init__(self, notebook: Notebook, plans: Mapping[int, Plan]) -> None:
        self._notebook = notebook
        self._numbers = {cell.id: cell.number for cell in notebook.cells}
        self._plans = plans

    def step(self, plan: Plan) -> dict[str, Any]:
        """What the step has besides its own cells, and why."""
        foreign = [s for s in plan.statements if s.owner != plan.owner or (s.owner == SETUP and _is_shared(s))]
        return {
            "copied": [self._copied(s, plan) for s in foreign if s.travel is not Travel.REPLAY],
            "repeated": [self._repeated(s) for s in foreign if s.travel is Travel.REPLAY],
            "parameters": [self._parameter(version, plan) for _, version in sorted(plan.parameters.items())],
        }

    def edge(self, edge: Edge, owners: Mapping[str, int]) -> dict[str, Any]:
        """Each name that crosses: where it is made, where it is used, and by which function."""
        plan = self._plans[owners[edge.target]]
        names = []
        for crossing in edge.names:
            version = plan.inputs.get(crossing.name)
            need = plan.needs.get(version) if version is not None else None
            names.append(
                {
                    "name": crossing.name,
                    "label": label(crossing.name),
                    "producer": self._place(crossing.producer),
                    "consumer": self._place(crossing.consumer),
                    "how": version.how or None if version is not None else None,
                    "through": need.via if need is not None else None,
                    "reason": crossing.reason,
                }
            )
        return {"source": edge.source, "target": edge.target, "names": names}

    def refusal(self, found: Diagnostic) -> dict[str, Any]:
        """An error with all the places that it is about."""
        places = [self._place(Place(found.cell, found.line or 1))] if found.cell else []
        for number, line in _PLACE.findall(found.message):
            place = self._numbered(int(number), int(line or 1))
            if place and place not in places:
                places.append(place)
        return {"code": found.code, "message": found.message, "fix": found.fix, "places": places}

    def _copied(self, statement: Statement, plan: Plan) -> dict[str, Any]:
        for version in statement.makes.values():
            reader = _first_reader(version, plan)
            if reader is None:
                continue
            user, read = reader
            by = f" by {read.via}()" if read.via and read.via != version.name else ""
            own = user.owner == plan.owner and user.travel is Travel.OWN
            at = Place(user.code.cell.id, read.use.line)
            also = "" if own else ", which the step needs too"
            reason = f"`{version.name}` is used{by} in {self._words(at)}{also}"
            return {
                **self._line(statement),
                "names": sorted(statement.makes),
                "used": self._place(at),
                "reason": reason,
            }
        reason = "a value that the step gives to others needs it"
        return {**self._line(statement), "names": sorted(statement.makes), "used": None, "reason": reason}

    def _repeated(self, statement: Statement) -> dict[str, Any]:
        how = statement.effect
        what = f"it changes the state of the process ({how})" if how else "it is there for what it does to the process"
        return {**self._line(statement), "reason": f"{what}, and every step is a process of its own"}

    def _parameter(self, version: Version, plan: Plan) -> dict[str, Any]:
        need = plan.needs[version]
        at = Place(need.statement.code.cell.id, need.use.line)
        by = f" by {need.via}()" if need.via else ""
        reason = f"`{version.name}` is used{by} in {self._words(at)}"
        return {"name": version.name, "used": self._place(at), "reason": reason}

    def _line(self, statement: Statement) -> dict[str, Any]:
        first, *more = statement.code.slice(statement.node, statement.node).source.splitlines() or [""]
        text = first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"
        place = self._place(statement.place)
        return {**place, "text": f"{text} …" if more and not text.endswith("…") else text}

    def _place(self, place: Place) -> dict[str, Any]:
        return {"cell": place.cell, "number": self._numbers.get(place.cell, 0), "line": in_cell(place.line)}

    def _numbered(self, number: int, line: int) -> dict[str, Any] | None:
        if not 1 <= number <= len(self._notebook.cells):
            return None
        return self._place(Place(self._notebook.cells[number - 1].id, line))

    def _words(self, place: Place) -> str:
        return f"cell {self._numbers.get(place.cell, 0)}, line {place.line}"


def _is_shared(statement: Statement) -> bool:
    return statement.travel is not Travel.OWN


def _first_reader(version: Version, plan: Plan) -> tuple[Statement, Read] | None:
    """The first statement of the step that reads the version: of its own cells if one does, directly if one does."""
    readers = list(_readers(version, plan.statements))
    for direct in (True, False):
        for own in (True, False):
            for user, read in readers:
                if (user.owner == plan.owner and user.travel is Travel.OWN) == own and (read.via is None) == direct:
                    return user, read
    return None


def _readers(version: Version, statements: Sequence[Statement]) -> Iterable[tuple[Statement, Read]]:
    for statement in statements:
        for read in statement.reads.values():
            if read.version is version and statement is not version.statement:
                yield statement, read
