"""What people are told about changes that were found at run time."""

from __future__ import annotations

import pytest

from cellift.engine.rerun_words import Words

WORDS = Words({"a": "Load", "b": "Clean", "c": "Fit"})


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        ({"x": "b"}, {"x": ("a", 1)}, "again: step Clean changed `x`, which this step had taken before the change"),
        ({"x": "a", "y": "b"}, {"x": ("a", 1)}, "again: step Clean changed `y`, which"),
        ({"file:t.csv": "b", "x": "a"}, {"x": ("a", 1)}, "again: it had used t.csv before step Clean wrote it"),
        ({"state:random": "b"}, {}, "again: step Clean drew from random, and this step goes on with the sequence"),
        ({"state:module:m:x": "b"}, {}, "again: step Clean changed the state of module:m:x, which"),
        ({"x": "a", "together:": "b"}, {"x": ("a", 1)}, "again: what it makes shares an object with what it took, and"),
        ({"x": "a"}, {"x": ("a", 1), "y": ("b", 1)}, "again: step Clean no longer changes `y`"),
        (
            {"x": "a", "y": "b"},
            {"x": ("a", 1), "y": ("b", 1)},
            "again: what it took from Load and Clean was made again",
        ),
    ],
)
def test_why_a_step_runs_again(now, before, told) -> None:
    assert WORDS.why(now, before).startswith(told)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            {"x": ["b"]},
            "Step Load changed `x`, which its code does not show. Clean started from the changed value. "
            "Say so with --changes x on the step.",
        ),
        (
            {"x": ["b", "c"], "state:random": ["c"]},
            "Step Load changed `x` and the state of random, which its code does not show. Clean and Fit started from "
            "the changed value. Say so with --changes x on the step.",
        ),
        (
            {"state:random": ["b"]},
            "Step Load drew from random, which its code does not show. The sequence goes on in Clean.",
        ),
        (
            {"state:module:m:x": ["b"]},
            "Step Load changed the state of module:m:x, which its code does not show. Clean started from the changed "
            "value.",
        ),
    ],
)
def test_a_change_is_told_with_those_who_start_from_it(names, told) -> None:
    assert WORDS.news("a", names) == told
