"""The facts of a statement are kept for the next analysis: who takes a copy may add to it."""

from __future__ import annotations

import ast

from cellift.notebook.scopes.read import read_statement


def test_what_is_added_to_a_copy_is_not_in_what_is_kept() -> None:
    kept = read_statement(ast.parse("a = b = c").body[0], lambda node: node.col_offset)
    assert kept.shares
    before = {name: set(sources) for name, sources in kept.shares.items()}
    taken = kept.copy()
    assert taken.shares == before
    for sources in taken.shares.values():
        sources.add("later")
    taken.shares["new"] = {"a"}
    assert kept.shares == before


def test_bindings_and_functions_of_a_copy_are_its_own() -> None:
    kept = read_statement(ast.parse("def f(a):\n    return b").body[0], lambda node: node.col_offset)
    taken = kept.copy()
    taken.binds["f"].certain = False
    taken.bodies["f"].reads.clear()
    assert kept.binds["f"].certain
    assert set(kept.bodies["f"].reads) == {"b"}
