from __future__ import annotations

from cellift.api.diagnostics_text import counts, diagnostic_lines
from cellift.notebook.cells import Notebook, parse_notebook
from cellift.notebook.diagnostics import Diagnostic


def notebook(source: str) -> Notebook:
    cells = [
        {"id": "title", "cell_type": "markdown", "source": "# T"},
        {"id": "code", "cell_type": "code", "source": source},
    ]
    return parse_notebook({"cells": cells, "metadata": {}, "nbformat": 4})


def test_place_source_line_caret_and_fix() -> None:
    one = Diagnostic("CL104", "error", "`modle` is not defined.", "code", 2, 5, "Define it before.")
    assert diagnostic_lines([one], notebook("x = 1\ny = modle.fit(x)")) == [
        "cell 2, line 2: error CL104: `modle` is not defined.",
        "    y = modle.fit(x)",
        "        ^",
        "  fix: Define it before.",
    ]


def test_caret_stands_below_its_character_after_tabs() -> None:
    one = Diagnostic("CL104", "error", "No.", "code", 1, 3)
    assert diagnostic_lines([one], notebook("\t\tmodle"))[1:] == ["    \t\tmodle", "    \t\t^"]


def test_without_the_notebook_the_cell_is_named_by_its_id() -> None:
    one = Diagnostic("CL104", "warning", "No.", "code", 1)
    assert diagnostic_lines([one]) == ["cell code, line 1: warning CL104: No."]


def test_a_line_that_the_cell_does_not_have_shows_no_source() -> None:
    one = Diagnostic("CL104", "error", "No.", "code", 9, 1)
    assert diagnostic_lines([one], notebook("x")) == ["cell 2, line 9: error CL104: No."]


def test_a_finding_about_the_file_has_no_place() -> None:
    assert diagnostic_lines([Diagnostic("CL101", "error", "No steps.")]) == ["error CL101: No steps."]


def test_counts_by_severity() -> None:
    error, warning = Diagnostic("CL101", "error", ""), Diagnostic("CL204", "warning", "")
    assert counts([error, warning, warning]) == "1 error, 2 warnings"
    assert counts([]) == "no problems"
