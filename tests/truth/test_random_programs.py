"""Random programs over the grammar: equal to the notebook from top to bottom, or refused; and few are refused."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.truth.grammar.choices import Drawn, Seeded
from tests.truth.grammar.program import Program, make_program
from tests.truth.grammar.quick import judge_quickly
from tests.truth.oracle import judge

_QUICK = 200
_WHOLE = range(24)
_MOST_REFUSED = 0.05
pytestmark = pytest.mark.timeout(900)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    return make_program(Drawn(draw))


def test_random_programs_are_equal_or_refused_and_few_are_refused() -> None:
    verdicts: list[str] = []

    @settings(
        max_examples=_QUICK,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(), st.integers(0, 3))
    def check(program: Program, order: int) -> None:
        outcome = judge_quickly(program.case(), order)
        assert outcome.verdict in ("equal", "refused", "no case"), program.text() + outcome.detail
        verdicts.append(outcome.verdict)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numpy and pandas, while the programs are made
        check()
    assert verdicts.count("equal") >= _QUICK / 2
    assert verdicts.count("refused") <= _MOST_REFUSED * len(verdicts)


@pytest.mark.parametrize("seed", _WHOLE)
def test_random_programs_through_the_whole_engine(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = make_program(Seeded(seed))
    outcome = judge(program.case())
    assert outcome.verdict in ("equal", "refused"), program.text() + outcome.detail
