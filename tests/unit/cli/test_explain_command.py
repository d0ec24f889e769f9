"""``cellift explain``: what a code means; and the page that it reads."""

from __future__ import annotations

import json

import pytest

from cellift.api.diagnostics_page import page_path, section, with_index
from cellift.cli.__main__ import main
from cellift.notebook.codes import CATALOGUE

PAGE = page_path().read_text(encoding="utf-8")


def test_a_code_is_explained_with_both_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "cl104"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("CL104 Name that nothing defines\n*Error.*")
    assert out.count("```python") == 2
    assert "CL105" not in out


def test_all_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json"]) == 0
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == list(CATALOGUE)


def test_what_is_no_code_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "CL999"]) == 2
    assert "lists them" in capsys.readouterr().err


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_can_be_explained(code: str) -> None:
    assert section(PAGE, code).startswith(f"### {code} {CATALOGUE[code].title}\n*")


def test_the_list_of_codes_on_the_page_is_up_to_date() -> None:
    assert with_index(PAGE) == PAGE, "run `make docs`"
