"""The examples of ``docs/guide/truth.md`` are accepted or refused as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit.notebook.make_notebook import analysed, codes

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "truth.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python (equal|refused CL\d+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_page_has_examples_of_both_kinds() -> None:
    assert {kind.partition(" ")[0] for kind, _ in EXAMPLES} == {"equal", "refused"}


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(EXAMPLES)])
def test_an_example_does_what_the_page_says(kind: str, text: str) -> None:
    analysis = analysed(*text.rstrip("\n").split("\n# --\n"))
    if kind == "equal":
        assert codes(analysis) == []
    else:
        assert kind.partition(" ")[2] in codes(analysis)
        assert not analysis.ok
