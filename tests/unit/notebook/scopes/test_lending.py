"""Methods that give back their object, or a part of it."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.scopes.lending import lending_methods, lent_by

CLASS = """
class Store:
    def add(self, x):
        return self
    def rows(self):
        if self.data:
            return self.data[0]
    def size(self):
        return len(self.data)
    def copy(self, other):
        return other
    def nothing(self):
        return
    @staticmethod
    def make():
        return self
def add_all(self):
    return self
"""


def test_they_are_told_by_what_they_return() -> None:
    assert lending_methods(ast.parse(CLASS).body) == {"add", "rows"}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("store.add(1)", {"store"}),
        ("[lib.store.add(1), other.rows()]", {"lib", "other"}),
        ("store.size()", set()),
        ("store.add", set()),
        ("add(store)", set()),
    ],
)
def test_calls_of_them_lend_their_object(expression: str, names: set[str]) -> None:
    assert lent_by(ast.parse(expression, mode="eval"), {"add", "rows"}) == names
