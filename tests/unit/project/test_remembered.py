from __future__ import annotations

import ast

from cellift.project.remembered import fresh_copy, of_kind, remembered, walk

asked: list[tuple[int, str]] = []


@remembered
def length(tree: ast.AST, mark: str) -> int:
    asked.append((id(tree), mark))
    return len(list(ast.walk(tree)))


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
