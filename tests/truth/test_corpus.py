"""Every case of the corpus as a local pipeline: equal to the notebook from top to bottom, or refused as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.oracle import judge
from tests.truth.percent import Case, read_cases
from tests.truth.waiting import as_parameters, waiting

_CASES = [case for path in sorted((Path(__file__).parent / "cases").glob("*.cells")) for case in read_cases(path)]


@pytest.mark.parametrize("case", as_parameters(_CASES))
def test_the_pipeline_gives_what_the_notebook_gives_or_is_refused(case: Case) -> None:
    outcome = judge(case)
    if case.refused is None:
        assert outcome.verdict == "equal", outcome.detail
    else:
        assert (outcome.verdict, case.refused in outcome.codes) == ("refused", True), outcome


def test_every_line_of_the_list_names_a_case_and_no_name_is_twice() -> None:
    names = [case.name for case in _CASES]
    assert sorted(set(names)) == sorted(names)
    assert {name for name in waiting() if ":" not in name} <= set(names)
