"""Every case of the corpus as a local pipeline: equal to the notebook from top to bottom, or refused as it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.truth.oracle import judge
from tests.truth.percent import Case, read_cases

_HERE = Path(__file__).parent


def _not_yet() -> dict[str, str]:
    """Case -> what it does today, for those that are not equal yet. One that becomes equal has to leave the list."""
    lines = (_HERE / "not_yet.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def _cases() -> list[Any]:
    waiting = _not_yet()
    found = [case for path in sorted((_HERE / "cases").glob("*.cells")) for case in read_cases(path)]
    unknown = waiting.keys() - {case.name for case in found}
    assert not unknown, f"not_yet.txt names no case: {unknown}"
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason=waiting[case.name])] if case.name in waiting else [],
        )
        for case in found
    ]


@pytest.mark.parametrize("case", _cases())
def test_the_pipeline_gives_what_the_notebook_gives_or_is_refused(case: Case) -> None:
    outcome = judge(case)
    if case.refused is None:
        assert outcome.verdict == "equal", outcome.detail
    else:
        assert (outcome.verdict, case.refused in outcome.codes) == ("refused", True), outcome
