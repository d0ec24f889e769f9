"""``docs/diagnostics.md`` has every code, and its examples do what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cellift.notebook.codes import CATALOGUE
from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose
from unit.notebook.make_notebook import PARAMETERS, CellText, analysed, codes

PAGE = (Path(__file__).parents[3] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
SECTIONS = {part.split(maxsplit=1)[0]: part for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]}
#: Codes that a run or its arguments give, not the notebook.
WITHOUT_NOTEBOOK = re.compile(r"CL(0..|115|40[234]|5..|6..)")


def examples(section: str, kind: str) -> list[str]:
    return re.findall(rf"^```python {kind}\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


def cells(example: str) -> list[CellText]:
    found: list[CellText] = []
    for text in example.rstrip("\n").split("\n# --\n"):
        first, _, rest = text.partition("\n")
        if first == "# parameters":
            found.append((rest, PARAMETERS))
        elif first.startswith("# metadata:"):
            found.append((rest, json.loads(first.removeprefix("# metadata:"))))
        else:
            found.append(text)
    return found


def test_every_code_has_a_section_with_its_title_in_order() -> None:
    titles = re.findall(r"^### (CL\d+) (.*)$", PAGE, flags=re.MULTILINE)
    assert titles == [(code, entry.title) for code, entry in CATALOGUE.items()]


@pytest.mark.parametrize("code", CATALOGUE)
def test_section_tells_the_severity_and_has_both_examples(code: str) -> None:
    section = SECTIONS[code]
    assert f"*{CATALOGUE[code].severity.capitalize()}.*" in section
    if WITHOUT_NOTEBOOK.fullmatch(code):
        assert "Bad: " in section
        assert "Good: " in section
    else:
        assert len(examples(section, "bad")) == len(examples(section, "good")) == 1


@pytest.mark.parametrize("code", [code for code in CATALOGUE if not WITHOUT_NOTEBOOK.fullmatch(code)])
def test_bad_example_gives_the_code_and_good_example_gives_nothing(code: str) -> None:
    (bad,), (good,) = examples(SECTIONS[code], "bad"), examples(SECTIONS[code], "good")
    analysis = analysed(*cells(bad))
    assert code in codes(analysis)
    assert all(diagnostic.fix for diagnostic in analysis.diagnostics)
    assert codes(analysed(*cells(good))) == []


def test_json_form_has_exactly_the_agreed_keys() -> None:
    diagnostic = diagnose("CL104", "text", cell="c", line=1)
    assert diagnostic.to_dict() == {
        "code": "CL104",
        "severity": "error",
        "cell": "c",
        "line": 1,
        "column": None,
        "message": "text",
        "fix": None,
    }


def test_text_of_a_refusal_is_its_first_error() -> None:
    warning = Diagnostic("CL110", "warning", "minor")
    assert str(RefusedError([warning, diagnose("CL104", "major")])) == "major"
