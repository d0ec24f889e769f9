"""What a library is given may keep something only where one step uses it."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes

_GIVE = "import pandas as pd\n{}\npd.api.extensions.register_dataframe_accessor('geo')(Geo)"
_CLASS = "class Geo:\n    calls = 0\n    made = []\n    def n(self):\n        {}"


@pytest.mark.parametrize(
    ("does", "kept"),
    [
        ("Geo.calls += 1", "something in itself"),
        ("type(self).calls += 1", "`calls`"),
        ("self.made.append(1)", "`made`"),
        ("self.calls = 1", None),
        ("return Geo.calls", None),
    ],
)
def test_a_class_that_keeps_something_is_not_given_to_a_library_in_several_steps(does: str, kept: str | None) -> None:
    analysis = analysed(_GIVE.format(_CLASS.format(does)), "%%step a\nprint(1)", "%%step b\nprint(2)")
    found = [d for d in analysis.diagnostics if d.code == "CL302"]
    assert [(d.cell, d.line) for d in found] == ([("c1", 7)] if kept else [])
    assert all(f"which the set-up gives to a library, keeps {kept} " in d.message for d in found)


@pytest.mark.parametrize(("steps", "refused"), [(["a"], False), (["a", "give"], False), (["give", "a"], True)])
def test_one_step_may_use_it(steps: list[str], refused: bool) -> None:
    give = _GIVE.format(_CLASS.format("Geo.calls += 1"))
    cells = [f"%%step {name}\n{give if name == 'give' else 'print(1)'}" for name in steps]
    if "give" not in steps:
        cells = [give, *cells]
    assert ("CL302" in codes(analysed(*cells))) == refused


def test_a_function_that_counts_its_calls_is_code_too() -> None:
    count = "import codecs\ndef count(e):\n    {}\n    return ('', e.end)\ncodecs.register_error('count', count)"
    steps = "%%step a\nprint(1)", "%%step b\nprint(2)"
    assert "CL302" in codes(analysed(count.format("count.calls = 1"), *steps))
    assert "CL302" not in codes(analysed(count.format("calls = 1"), *steps))
