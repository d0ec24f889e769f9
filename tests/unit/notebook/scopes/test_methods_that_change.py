"""Methods of the notebook's own classes that change their object, and plain expressions: by their text alone."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.parameters.literals import fold, is_plain_expression
from cellift.notebook.scopes.methods import changed_by_a_look, changing_methods


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def put(self): self.x = 1", {"put"}),
        ("def put(self): self.x[0] = 1", {"put"}),
        ("def put(self): del self.x", {"put"}),
        ("def put(self): self.items.append(1)", {"put"}),
        ("def put(self): self.set()\n    def set(self): self.x = 1", {"put", "set"}),
        ("def put(this, /): this.x = 1", {"put"}),
        ("def put(): x.y = 1", set()),
        ("def put(*_): [1][0] = 1", set()),
        ("def put(self): other.x = 1", set()),
        ("def look(self): return self.x", set()),
        ("def __setitem__(self, k, v): self.x = v", set()),
        ("def __call__(self): self.x = 1", {"__call__"}),
    ],
)
def test_methods_that_change_their_object(body: str, expected: set[str]) -> None:
    assert changing_methods(ast.parse(f"class K:\n    {body}").body) == expected


@pytest.mark.parametrize("around", ["if a:", "for a in b:", "with a:", "while a:", "def f():"])
def test_classes_inside_of_other_statements_count_and_functions_alone_do_not(around: str) -> None:
    inside = f"{around}\n    class K:\n        def put(self): self.x = 1"
    assert changing_methods(ast.parse(inside).body) == {"put"}
    assert changing_methods(ast.parse("def put(self): self.x = 1").body) == set()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("@property\n    def x(self): self.n += 1", {"K"}),
        ("def __getitem__(self, k): self.n += 1", {"K"}),
        ("def __next__(self): return self.items.pop()", {"K"}),
        ("def __init__(self): self.n = 1", set()),
        ("def __iadd__(self, v): self.n = 1", set()),
        ("def put(self): self.n = 1", set()),
        ("@property\n    def x(self): return self.n", set()),
    ],
)
def test_classes_whose_objects_change_by_a_look(body: str, expected: set[str]) -> None:
    assert changed_by_a_look(ast.parse(f"class K:\n    {body}").body, frozenset()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + 1", True),
        ("f(a) + 1", False),
        ("a.b + 1", False),
        ("-f(a)", False),
        ("a if f() else b", False),
        ("a < f(b)", False),
        ("f'{a}'", True),
        ("f'{f(a)}'", False),
        ("f'{a:{f(b)}}'", False),
    ],
)
def test_an_expression_is_plain_when_its_parts_are(text: str, expected: bool) -> None:
    assert is_plain_expression(ast.parse(text, mode="eval").body) is expected


@pytest.mark.parametrize("text", ["f'{True!s:5}'", "f'{1!r:>4}'", "f'{x!a}'"])
def test_what_is_made_a_text_is_filled_in_as_one(text: str) -> None:
    assert fold(ast.parse(text, mode="eval").body, {"x": "ä"}) == eval(text, {"x": "ä"})
