"""A generator moves on with every use; a list of what it gave does not."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of

MAKE = "def numbers():\n    yield [1]\n    yield [2]"
TWICE = "%%step b\nprint(*rows)", "%%step c\nprint(*rows)"


@pytest.mark.parametrize(
    "value",
    [
        "list(numbers())",
        "[row for row in numbers()]",
        "{len(row) for row in numbers()}",
        "{len(row): row for row in numbers()}",
        "tuple(row for row in numbers())",
        "list(map(len, numbers()))",
        "[row for _ in 'ab' for row in numbers()]",
        "next(numbers())",
    ],
)
def test_what_was_taken_out_of_a_generator_stays_as_it_is(value: str) -> None:
    assert edges(graph_of(MAKE, f"%%step a\nrows = {value}", *TWICE)) == {"a>b:rows", "a>c:rows"}


@pytest.mark.parametrize(
    "value", ["[numbers()]", "[(row for row in numbers())]", "[numbers() for _ in 'ab']", "zip(numbers(), 'ab')"]
)
def test_every_use_of_a_generator_is_a_change_of_it(value: str) -> None:
    assert "b>c:rows" in edges(graph_of(MAKE, f"%%step a\nrows = {value}", *TWICE))


def test_a_list_of_functions_that_move_on_does_so_as_well() -> None:
    count = "    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n"
    make = f"def counters():\n{count}\n    return [count]"
    use = "print(rows[0]())"
    assert "b>c:rows" in edges(
        graph_of(make, "%%step a\nrows = list(counters())", f"%%step b\n{use}", f"%%step c\n{use}")
    )
