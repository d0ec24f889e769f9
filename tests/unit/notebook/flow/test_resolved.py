"""The statements that an analysis leaves for the next one belong to one analysis at a time, and have a limit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cellift.notebook.analysis import Analysis, analyse
from cellift.notebook.cells import Notebook, parse_notebook
from cellift.notebook.flow import resolved
from cellift.notebook.flow.resolved import Resolved

TEXTS = ["xs = [1]\nys = xs", "ys.append(2)", "print(xs)"]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(resolved, "_kept", OrderedDict())
    yield


def notebook(path: str | None, texts: list[str] | None = None) -> Notebook:
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"cellift": {"step": f"s{number}"}}, "source": text}
        for number, text in enumerate(texts or TEXTS)
    ]
    return parse_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, path)


def marked(**marks: object) -> Notebook:
    """The first cell with these marks, the others as steps."""
    first, *others = notebook("marked.ipynb", ["rate = 2\nseen = [rate]", "print(seen, rate)"]).cells
    return Notebook((replace(first, metadata={"cellift": marks} if marks else {}), *others), {}, "marked.ipynb")


def test_a_cell_with_other_marks_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = [
        marked(),
        marked(step="one"),
        marked(parameters=True),
        marked(step="one"),
        marked(),
        marked(parameters=True),
    ]
    again = [shown(analyse(way)) for way in ways]
    for way, answer in zip(ways, again, strict=True):
        monkeypatch.setattr(resolved, "_kept", OrderedDict())
        assert shown(analyse(way)) == answer


def shown(analysis: Analysis) -> object:
    return analysis.graph.steps, analysis.graph.edges, analysis.diagnostics


def test_two_notebooks_with_the_same_cells_have_statements_of_their_own() -> None:
    first = shown(analyse(notebook("a.ipynb")))
    other = shown(analyse(notebook("b.ipynb", [*TEXTS[:2], "print(ys)"])))
    assert shown(analyse(notebook("a.ipynb"))) == first
    assert shown(analyse(notebook("b.ipynb", [*TEXTS[:2], "print(ys)"]))) == other
    kept = [{id(one) for one in statements} for statements, _ in resolved._kept.values()]
    assert len(kept) == 2 and kept[0].isdisjoint(kept[1])


def test_who_comes_while_they_are_used_begins_anew() -> None:
    first = shown(analyse(notebook("a.ipynb")))
    ((before, _),) = resolved._kept.values()
    busy = Resolved("a.ipynb", keep=True)
    assert not resolved._kept
    assert shown(analyse(notebook("a.ipynb"))) == first
    ((after, _),) = resolved._kept.values()
    assert {id(one) for one in before}.isdisjoint(map(id, after))
    assert all(one.makes or one.reads for one in before), "they are still those of the other analysis"
    busy.begin()
    busy.put_back()
    assert not any(one.makes for one in [*before, *after]), "the last one wins, and what it replaces is taken apart"


def test_who_wants_to_know_how_steps_came_about_has_statements_that_nobody_changes() -> None:
    analyse(notebook("a.ipynb"))
    plans = analyse(notebook("a.ipynb"), with_plans=True).plans
    known = {id(statement) for statements, _ in resolved._kept.values() for statement in statements}
    assert plans and known.isdisjoint(id(one) for plan in plans.values() for one in plan.statements)


def test_of_eight_notebooks_those_analysed_last_are_kept() -> None:
    for number in range(10):
        analyse(notebook(f"{number}.ipynb"))
    analyse(notebook("2.ipynb"))
    assert list(resolved._kept) == [f"{number}.ipynb" for number in (3, 4, 5, 6, 7, 8, 9, 2)]


def test_a_very_long_notebook_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolved, "_LONGEST", 3)
    analyse(notebook("long.ipynb"))
    analyse(notebook("short.ipynb", TEXTS[1:]))
    assert list(resolved._kept) == ["short.ipynb"]


def test_what_cannot_be_resolved_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    analyse(notebook("a.ipynb"))
    ((before, _),) = resolved._kept.values()

    def too_deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("cellift.notebook.flow.dataflow.Flow.run", too_deep)
    assert [one.code for one in analyse(notebook("a.ipynb")).diagnostics] == ["CL103"]
    assert not resolved._kept and not any(one.makes for one in before)
