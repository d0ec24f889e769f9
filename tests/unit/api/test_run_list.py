from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellift.api.run_list import runs
from cellift.api.run_text import summary_lines


def test_the_newest_run_comes_first(new_run: Any) -> None:
    old, new = new_run().succeed(), new_run().fail()
    assert [run.id for run in runs()] == [new.id, old.id]


def test_filters_by_state_in_any_case_and_by_notebook(new_run: Any) -> None:
    one, two = new_run("a.ipynb").succeed(), new_run("b.ipynb").fail()
    assert [run.id for run in runs(state="failed")] == [two.id]
    assert [run.id for run in runs(notebook="a.ipynb")] == [one.id]


def test_an_unknown_state_names_those_that_there_are(home: Path) -> None:
    with pytest.raises(ValueError, match="SUCCEEDED"):
        runs(state="done")


def test_the_number_of_rows_is_the_setting_unless_given(new_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        new_run().succeed()
    monkeypatch.setenv("CELLIFT_RUNS_LIMIT", "2")
    assert (len(runs()), len(runs(limit=3))) == (2, 3)


def test_the_table_says_why_a_run_failed(new_run: Any) -> None:
    new_run().fail()
    head, row = repr(runs()).splitlines()
    assert head.split() == ["State", "Name", "When", "Time", "Steps", "Result", "Id"]
    assert "✕ Failed" in row
    assert "train-it: NameError: name 'bad' is not defined" in row
    assert "2 of 2" in row


def test_the_html_table_is_escaped(new_run: Any) -> None:
    new_run().fail()
    html = runs()._repr_mimebundle_()["text/html"]
    assert "<b>" not in html
    assert html.count("<tr>") == 2


def test_a_part_of_the_list_is_a_list(new_run: Any) -> None:
    made = [new_run().succeed() for _ in range(3)]
    assert [run.id for run in runs()[1:]] == [made[1].id, made[0].id]


def test_no_runs_is_said(home: Path) -> None:
    assert repr(runs()) == "No runs."


def test_results_are_cut_to_the_width_of_a_terminal(new_run: Any) -> None:
    new_run().fail()
    lines = summary_lines(runs().records, 80)
    assert max(map(len, lines)) == 80
    assert lines[1].endswith(runs()[0].id[:13])
