"""Notebooks like those that people publish are equal wherever they are cut into steps; cases cut anew never differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.cuts import EVERY_CELL, can_be_cut, cut_case, cut_notebook
from tests.truth.oracle import judge
from tests.truth.percent import Case, read_cases
from tests.truth.waiting import as_parameters

_NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.py"))
_CUTS = (EVERY_CELL, 1)
_CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.cells"))
    for case in filter(can_be_cut, read_cases(path))
]
_EACH = 40
"""Of so many cases one is cut; `python -m tests.truth.cuts` cuts all."""


@pytest.mark.parametrize("case", as_parameters(cut_notebook(path, cut) for path in _NOTEBOOKS for cut in _CUTS))
def test_the_pipeline_gives_what_the_notebook_gives(case: Case) -> None:
    outcome = judge(case)
    assert outcome.verdict == "equal", outcome.detail


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in _CASES[::_EACH]])
def test_a_case_that_is_cut_anew_is_equal_or_refused(case: Case) -> None:
    outcome = judge(cut_case(case, 1))
    assert outcome.verdict not in ("different", "failed"), outcome.detail
