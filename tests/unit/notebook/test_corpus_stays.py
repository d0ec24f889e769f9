"""Cases of the corpus give the graphs that were judged: a rule that is gone shows in one of them."""

from __future__ import annotations

import pytest

from tests.truth.graph_digests import cases, digest, known

_CASES = {case.name: case for case in cases()}
_KNOWN = known()


@pytest.mark.parametrize("name", _CASES)
def test_the_graph_is_the_one_that_was_judged(name: str) -> None:
    assert digest(_CASES[name]) == _KNOWN.get(name), "judge the case with tests.truth.oracle, then write the digests"


def test_only_cases_that_there_are_have_a_digest() -> None:
    assert set(_KNOWN) == set(_CASES)
