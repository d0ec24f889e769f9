"""The plan of a step is kept as long as everything that it was made from is as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.flow.statements import Statement, Travel
from cellift.notebook.kept_plans import keep_plan, kept_plan
from cellift.notebook.wiring import Plan

TEXTS = ["x = [1]\ny = [2]", "z = [x, y]", "for i in z:\n    x = [3]\nprint(x, y)"]


@pytest.fixture
def plan() -> Plan:
    """Of the last step, kept."""
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"cellift": {"step": f"s{number}"}}, "source": text}
        for number, text in enumerate(TEXTS)
    ]
    notebook = parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    found = analyse(notebook, with_plans=True).plans[3]
    keep_plan(own(found), ("asked",), found)
    return found


def own(plan: Plan) -> list[Statement]:
    return [statement for statement in plan.statements if statement.owner == plan.owner]


def test_it_is_kept(plan: Plan) -> None:
    assert kept_plan(own(plan), ("asked",)) is plan


def other_travel(plan: Plan) -> None:
    plan.inputs["y"].statement.travel = Travel.COPY


def other_step(plan: Plan) -> None:
    plan.inputs["y"].statement.owner += 1


def of_a_link(plan: Plan) -> None:
    plan.inputs["y"].links[0][0].travel = Travel.REPLAY


def other_link(plan: Plan) -> None:
    plan.inputs["y"].links.pop()


def read_taken_back(plan: Plan) -> None:
    assert own(plan)[0].reads["x"].kept
    del own(plan)[0].reads["x"]


@pytest.mark.parametrize("change", [other_travel, other_step, of_a_link, other_link, read_taken_back])
def test_what_it_met_is_another_now(plan: Plan, change: Callable[[Plan], None]) -> None:
    change(plan)
    assert kept_plan(own(plan), ("asked",)) is None


def test_something_else_is_asked(plan: Plan) -> None:
    assert kept_plan(own(plan), ("more",)) is None
    assert kept_plan([], ("asked",)) is None
