"""Times in IPython's words."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from cellift.pipeline.runtime import timing
from cellift.pipeline.runtime.timing import TimeitResult, time_it, words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ns"),
        (2.5e-9, "2.5 ns"),
        (1.5e-4, "150 μs"),
        (0.0123, "12.3 ms"),
        (3.14159, "3.14 s"),
        (60, "1min"),
        (61.5, "1min 1s"),
        (3600, "1h"),
        (3660.5, "1h 1min"),
        (90061, "1d 1h 1min 1s"),
        (86401, "1d 1s"),
    ],
)
def test_times_are_those_of_ipython(seconds: float, text: str) -> None:
    assert words(seconds) == text
    ipython = pytest.importorskip("IPython.core.magics.execution")
    assert ipython._format_time(seconds, 3).replace("µ", "μ").replace("us", "μs") == text


def test_results_in_words() -> None:
    assert str(TimeitResult(1, 1, [0.5], 3)) == "500 ms ± 0 ns per loop (mean ± std. dev. of 1 run, 1 loop each)"
    assert "of 2 runs, 1,000 loops each" in str(TimeitResult(1000, 2, [1.0, 3.0], 3))


def ticking(monkeypatch: pytest.MonkeyPatch, per_statement: float) -> None:
    """A clock that moves on by the statements run, which are the calls of ``tick``."""
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    monkeypatch.setitem(NAMES, "tick", lambda by=per_statement: now.__setitem__(0, now[0] + by))


NAMES: dict[str, Any] = {}


def test_as_many_loops_as_take_a_fifth_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch, 0.03)
    found = time_it("-o -q -r2 tick()", None, NAMES)
    assert (found.loops, found.repeat, round(found.best, 6)) == (10, 2, 0.03)


def test_given_loops_are_taken_and_the_set_up_is_not_timed(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    ticking(monkeypatch, 1.0)
    found = time_it("-n 3 -r 1 -o y = tick(50)", "tick()", NAMES)
    assert (found.loops, found.best) == (3, 1.0)
    assert capsys.readouterr().out == f"{found}\n"
    assert time_it("-n 3 -r 1 tick()", None, NAMES) is None
    assert time_it("-q -n1", None, NAMES) is None
    assert "y" not in NAMES


def test_runs_that_differ_much_are_told(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    lengths = iter([5.0, 1.0, 1.0])
    ticking(monkeypatch, 1.0)
    NAMES["lengths"] = lengths
    time_it("-n1 -r3 tick(next(lengths))", None, NAMES)
    assert "took 5.00 times longer" in capsys.readouterr().out
    ticking(monkeypatch, 1.0)
    time_it("-n1 -r3 tick()", None, NAMES)
    assert "longer" not in capsys.readouterr().out


def test_garbage_is_collected_again_afterwards() -> None:
    gc.enable()
    time_it("-n1 -r1 -q pass", None, {})
    assert gc.isenabled()
