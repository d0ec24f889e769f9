"""Names that are set on the module ``builtins``."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes


@pytest.mark.parametrize("makes", ["import builtins\nbuiltins.shout = print", "import builtins as b\nb.shout = print"])
def test_a_name_that_is_given_to_everybody_is_there_from_then_on(makes: str) -> None:
    use = "shout('a')"
    assert codes(analysed(f"%%step a\n{makes}", f"%%step b\n{use}")) == []
    assert codes(analysed(f"%%step a\n{use}", f"%%step b\n{makes}")) == ["CL104"]
    assert codes(analysed(f"%%step a\n{makes.replace('builtins', 'math')}", f"%%step b\n{use}")) == ["CL104"]
