from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.project.remembered import Statements, fresh_copy, of_each_cell, of_kind, remembered, walk

asked: list[tuple[int, str]] = []


@remembered
def length(tree: ast.AST, mark: str) -> int:
    asked.append((id(tree), mark))
    return len(list(ast.walk(tree)))


@of_each_cell
def names(statements: Sequence[ast.stmt], mark: str) -> list[str]:
    asked.append((len(statements), mark))
    return [part.id for one in statements for part in of_kind(one, ast.Name)]


def statement(text: str = "x = [y, f(y)]") -> ast.stmt:
    return ast.parse(text).body[0]


def test_asked_once_for_the_same() -> None:
    tree, asked[:] = statement(), []
    assert length(tree, "a") == length(tree, "a")
    assert len(asked) == 1


def test_other_arguments_and_other_trees_are_asked_anew() -> None:
    tree, asked[:] = statement(), []
    length(tree, "a")
    length(tree, "b")
    length(statement(), "b")
    length(tree, "b")
    assert len(asked) == 3


def test_nodes_come_in_the_order_of_ast_walk() -> None:
    tree = statement("def f(a):\n    return [g(a), lambda: a]")
    assert list(walk(tree)) == list(ast.walk(tree))
    names = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Call))]
    assert list(of_kind(tree, ast.Name, ast.Call)) == names
    assert list(of_kind(tree, ast.Call)) == [node for node in names if isinstance(node, ast.Call)]
    assert list(of_kind(tree, ast.ClassDef)) == []


def test_expressions_remember_nothing() -> None:
    call = ast.parse("f(x)", mode="eval").body
    assert [node.id for node in of_kind(call, ast.Name)] == ["f", "x"]
    assert list(walk(call)) == list(ast.walk(call))
    assert not any(name.startswith("_cellift") for node in ast.walk(call) for name in vars(node))


def test_a_fresh_copy_remembers_nothing() -> None:
    tree = statement("class A:\n    x = 1")
    list(of_kind(tree, ast.Name))
    made = fresh_copy(tree)
    assert ast.dump(made) == ast.dump(tree)
    assert not any(name.startswith("_cellift") for node in ast.walk(made) for name in vars(node))


def test_of_cells_only_a_new_one_is_asked() -> None:
    cells = [ast.parse("a = b\nc"), ast.parse(""), ast.parse("d")]
    asked[:] = []
    assert names(Statements.of(cells), "x") == [["a", "b", "c"], [], ["d"]]
    cells[1] = ast.parse("e")
    assert names(Statements.of(cells), "x") == [["a", "b", "c"], ["e"], ["d"]]
    assert asked == [(2, "x"), (0, "x"), (1, "x"), (1, "x")]
    assert list(Statements.of(cells)) == [one for cell in cells for one in cell.body]


def test_statements_of_no_known_cells_count_as_one_cell() -> None:
    assert names(iter(ast.parse("a = b\nc").body), "x") == [["a", "b", "c"]]
