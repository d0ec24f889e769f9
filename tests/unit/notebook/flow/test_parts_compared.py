"""Which object a text or a number in a value is cannot be asked of a copy of the value."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes

_SETUP = "KEY = 'a b'\nNONE = None\nYES = True\nSMALL = 7\nLARGE = 700\nPAIR = (1, 'a')\nMARK = object()\nDOTS = ..."
_MADE = "%%step a\nkey = 'a b' * 2\nrows = [key, KEY, 1]"


@pytest.mark.parametrize(
    ("use", "refused"),
    [
        ("print(rows[0] is key)", True),
        ("print(rows[0] is not key)", True),
        ("print(key is rows[0])", True),
        ("print(rows.first is KEY)", True),
        ("print(rows.pop() is KEY)", True),
        ("print(rows[0] is PAIR, 1 == 2)", True),
        ("print(rows[0] is LARGE)", True),
        ("print([row for row in rows if row is KEY])", True),
        ("for row in rows:\n    print(row is KEY)", True),
        ("print(rows[0] == key)", False),
        ("print(rows[0] is NONE, rows[0] is YES, rows[0] is SMALL, rows[0] is DOTS)", False),
        ("print(rows[0] is MARK)", False),
        ("print(rows[0] is None, key)", False),
        ("print(rows[0] == key is key)", False),
        ("print(len(rows), key is KEY)", False),
        ("own = [key]\nprint(own[0] is key, len(rows))", False),
        ("print([one for one in [1] if one is key])", False),
    ],
)
def test_it_is_refused_where_it_is_asked_of_what_another_step_made(use: str, refused: bool) -> None:
    analysis = analysed(_SETUP, _MADE, f"%%step b\n{use}")
    assert codes(analysis).count("CL507") == refused


def test_the_step_that_makes_the_value_may_ask() -> None:
    assert "CL507" not in codes(analysed(_SETUP, _MADE + "\nprint(rows[0] is key)", "%%step b\nprint(rows)"))
