"""A class or function that statements have changed is not made what it was when an earlier step wrote a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellift.values import past
from unit.values.test_code_by_value import crossed

CLASS = """
class A:
    rate = 1
    rows = []
    def f(self):
        return 'old'
    @property
    def p(self):
        return 'old'
    @classmethod
    def c(cls):
        return 'old'
def new(*_):
    return 'new'
new.note = 'old'
from cellift import values
values.mark(A, 'cell 1', set())
"""
PATCHES = [
    ("A.rate = 5", "a.rate", "5"),
    ("A.rows.append(3)", "a.rows", "[3]"),
    ("A.f = new", "a.f()", "new"),
    ("A.p = property(new)", "a.p", "new"),
    ("A.c = classmethod(new)", "a.c()", "new"),
    ("del A.rate", "hasattr(a, 'rate')", "False"),
    ("new.__doc__ = 'words'", "held.__doc__", "words"),
    ("new.note = 'more'", "held.note", "more"),
]


def _past(patch: str) -> str:
    """The statements that the step has copies of: ``patch`` is the last."""
    return f"{CLASS}for one in (A, new):\n    values.remember(one)\n{patch}"


@pytest.mark.parametrize(("patch", "look", "expected"), PATCHES)
def test_what_a_later_statement_has_changed_stays_so(tmp_path: Path, patch: str, look: str, expected: str) -> None:
    make = f"{CLASS}a, held = A(), new"
    assert crossed(tmp_path, make, ["a", "held"], f"print({look})", _past(patch)).strip() == expected


@pytest.mark.parametrize(("patch", "look", "expected"), PATCHES[:6])
def test_what_the_value_has_of_its_own_is_news(tmp_path: Path, patch: str, look: str, expected: str) -> None:
    make = f"{CLASS}a = A()\n{patch}"
    if not patch.startswith("del"):  # the step that has not seen it still has the attribute
        assert crossed(tmp_path, make, ["a"], f"print({look})", _past("")).strip() == expected


def test_every_state_that_it_has_been_in_is_past(tmp_path: Path) -> None:
    before = _past("A.rate = 2\nvalues.remember(A)\nA.rate = 3")
    assert crossed(tmp_path, f"{CLASS}A.rate = 2\na = A()", ["a"], "print(a.rate)", before) == "3\n"
    assert crossed(tmp_path, f"{CLASS}A.rate = 7\na = A()", ["a"], "print(a.rate)", before) == "7\n"


def test_what_cannot_be_compared_is_as_the_value_has_it(tmp_path: Path) -> None:
    odd = "class Odd:\n    def __reduce__(self):\n        raise ValueError\n"
    before = f"{odd}{CLASS}A.rate = Odd()\nvalues.remember(A)\nA.rate = 5"
    assert crossed(tmp_path, f"{CLASS}a = A()", ["a"], "print(a.rate)", before) == "1\n"


def test_only_what_the_notebook_defines_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(x: int = 1) -> int:
        return x

    for value in (function, 5):
        past.remember(value)
    assert not past.is_past(function, "__defaults__", (1,))
    monkeypatch.setattr(function, "__module__", "__main__")
    past.remember(function)
    assert past.is_past(function, "__defaults__", (1,))
    assert not past.is_past(function, "__defaults__", (2,))
    assert not past.is_past(function, "note", None)
