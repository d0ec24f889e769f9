"""Notebooks like those that people publish, cut into steps: equal wherever they are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.cuts import EVERY_CELL, cut_notebook
from tests.truth.oracle import judge
from tests.truth.percent import Case
from tests.truth.waiting import as_parameters

_NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.py"))
_CUTS = (EVERY_CELL, 1)


@pytest.mark.parametrize("case", as_parameters(cut_notebook(path, cut) for path in _NOTEBOOKS for cut in _CUTS))
def test_the_pipeline_gives_what_the_notebook_gives(case: Case) -> None:
    outcome = judge(case)
    assert outcome.verdict == "equal", outcome.detail
