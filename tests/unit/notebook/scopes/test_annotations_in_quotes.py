"""Annotations that are texts: ``get_type_hints`` looks their names up where the function or class is used."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of, text

CLASS = "class Row:\n    kids: {}"
FUNCTION = "def f(x: {}): ..."
USE = "%%step b\nfrom typing import get_type_hints\nprint(get_type_hints({}))"


@pytest.mark.parametrize("annotation", ['"Other"', 'dict[str, "Other"]', '"dict[str, Other]"'])
@pytest.mark.parametrize(("definition", "name"), [(CLASS, "Row"), (FUNCTION, "f")])
def test_a_class_that_is_defined_below_is_found(definition: str, name: str, annotation: str) -> None:
    made = graph_of(f"%%step a\n{definition.format(annotation)}\nclass Other: pass", USE.format(name))
    assert "class Other" in text(made, "b")


@pytest.mark.parametrize(("definition", "name"), [(CLASS, "Row"), (FUNCTION, "f")])
def test_all_are_texts_with_the_future_import(definition: str, name: str) -> None:
    future = "from __future__ import annotations\n"
    made = graph_of(f"%%step a\n{future}{definition.format('list[Other]')}\nclass Other: pass", USE.format(name))
    assert "class Other" in text(made, "b")


def test_the_texts_of_a_literal_are_no_names() -> None:
    made = graph_of(
        '%%step a\nfrom typing import Literal\nclass Row:\n    kind: Literal["k"]\nk = [1]', USE.format("Row")
    )
    assert "a>b:k" not in edges(made)


def test_a_number_in_an_annotation_is_no_text() -> None:
    made = graph_of("%%step a\nclass Row:\n    kind: 5", USE.format("Row"))
    assert "class Row" in text(made, "b")
