"""State of the process that a step changes: repeated in later steps, in document order, or refused."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes, graph_of, text

_IMPORTS = "import os, sys, logging, warnings\nimport pandas as pd\nfrom decimal import getcontext"


@pytest.mark.parametrize(
    "change",
    [
        "os.environ['A'] = '1'",
        "os.environ.pop('A')",
        "del os.environ['A']",
        "sys.path.insert(0, 'lib')",
        "warnings.simplefilter('error')",
        "pd.set_option('display.precision', 2)",
        "pd.options.display.precision = 2",
        "getcontext().prec = 5",
        "logging.getLogger('a').setLevel(10)",
        "if sys.platform != 'win32':\n    os.environ['A'] = '1'",
    ],
)
def test_later_steps_repeat_it_although_they_do_not_mention_it(change: str) -> None:
    graph = graph_of(_IMPORTS, "%%step a\nx = len('a')", f"%%step b\n{change}", "%%step c\nprint(x)")
    assert change in text(graph, "c")
    assert change not in text(graph, "a")
    assert text(graph, "b").count(change) == 1


def test_a_call_of_an_own_function_that_changes_state_is_repeated() -> None:
    graph = graph_of(
        _IMPORTS, "def configure():\n    os.environ['A'] = '1'", "%%step a\nconfigure()", "%%step b\nprint(1)"
    )
    assert "configure()" in text(graph, "b").splitlines()


@pytest.mark.parametrize(
    "change",
    [
        "k = os.environ.pop('A')",
        "for k in ('A', 'B'):\n    os.environ[k] = '1'",
    ],
)
def test_what_makes_a_value_for_others_as_well_is_refused(change: str) -> None:
    analysis = analysed(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(k)")
    assert codes(analysis) == ["CL302"]
    assert codes(analysed(_IMPORTS, f"%%step a\n{change}", "%%step b\nprint(1)")) == []


@pytest.mark.parametrize(
    "block",
    [
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')",
        "with pd.option_context('display.precision', 2):\n    pd.set_option('display.width', 2)",
    ],
)
def test_what_is_undone_at_the_end_of_a_block_is_no_change(block: str) -> None:
    analysis = analysed(_IMPORTS, f"%%step a\n{block}", "%%step b\nprint(1)")
    assert codes(analysis) == []
    assert block not in text(analysis.graph, "b")


def test_nothing_is_repeated_after_the_last_step() -> None:
    assert codes(analysed(_IMPORTS, "%%step a\nx = 1", "%%step b\nn = os.environ.pop('A')")) == []
