"""Reading notebooks from JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cellift.notebook.cells import kernel_name, parse_notebook
from cellift.notebook.diagnostics import RefusedError
from unit.notebook.make_notebook import notebook


def refusal(data: Any, path: str | None = None) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        parse_notebook(data, path)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic.code, str(caught.value)


def test_text_bytes_and_objects_give_the_same_cells() -> None:
    made = notebook("x = 1", "y = 2")
    text = json.dumps(made)
    assert (
        parse_notebook(made).cells
        == parse_notebook(text).cells
        == parse_notebook(b"\xef\xbb\xbf" + text.encode()).cells
    )


def test_source_may_be_a_list_of_lines_with_any_line_ends() -> None:
    made = notebook("")
    made["cells"][0]["source"] = ["a = 1\r\n", "b = 2"]
    assert parse_notebook(made).cells[0].source == "a = 1\nb = 2"


def test_missing_and_repeated_ids_are_replaced_by_positions() -> None:
    made = notebook("a", "b", "c")
    del made["cells"][0]["id"]
    made["cells"][2]["id"] = "c2"
    assert [cell.id for cell in parse_notebook(made).cells] == ["cell-0", "c2", "cell-2"]


def test_numbers_count_all_cells_from_one() -> None:
    made = notebook("a", "b")
    made["cells"].insert(0, {"cell_type": "markdown", "source": "# Title", "metadata": {}})
    assert [cell.number for cell in parse_notebook(made).cells if cell.type == "code"] == [2, 3]


@pytest.mark.parametrize(
    "data",
    ["", "not json", "[]", "3", '{"cells": 3}', b"\xff\xfe\x00", '{"cells": [1]}', '{"cells": [{"cell_type": "x"}]}',
     '{"cells": [{"cell_type": "code", "source": 5}]}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_is_refused(data: str | bytes) -> None:
    code, message = refusal(data, "report.csv")
    assert code == "CL001"
    assert message.startswith("report.csv is not a notebook")


@pytest.mark.parametrize("data", ["", b" \n"])
def test_empty_file_is_called_empty(data: str | bytes) -> None:
    assert refusal(data, "a.ipynb") == ("CL001", "a.ipynb is not a notebook: it is empty.")


def test_broken_json_is_placed() -> None:
    assert "line 2, column 1" in refusal('{"cells":\n}')[1]


def test_notebook_format_3_is_refused_with_the_way_to_convert_it() -> None:
    with pytest.raises(RefusedError) as caught:
        parse_notebook({"nbformat": 3, "worksheets": []})
    assert caught.value.diagnostics[0].code == "CL003"
    assert "nbconvert" in (caught.value.diagnostics[0].fix or "")


@pytest.mark.parametrize(
    "metadata", [{"language_info": {"name": "R"}}, {"kernelspec": {"name": "ir", "language": "R"}}]
)
def test_a_notebook_in_another_language_is_refused(metadata: dict[str, Any]) -> None:
    code, message = refusal(notebook("x <- 1", **metadata))
    assert code == "CL002"
    assert "notebook in R" in message


def test_kernel_name_is_that_of_the_kernelspec() -> None:
    assert kernel_name(parse_notebook(notebook(kernelspec={"name": "ml"}))) == "ml"
    assert kernel_name(parse_notebook(notebook())) is None
