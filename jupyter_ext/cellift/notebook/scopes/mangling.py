"""Private names: ``__x`` in the body of ``class A`` means ``_A__x``, also where it is a global name."""

from __future__ import annotations

import ast

from cellift.project.remembered import fresh_copy, of_kind, remembered


@remembered
def with_private_names(statement: ast.stmt) -> ast.stmt:
    """The statement with the names that Python gives to private ones; the same object when there are none."""
    if not any(_has_private(node) for node in of_kind(statement, ast.ClassDef)):
        return statement
    return _Mangler().visit(fresh_copy(statement))  # type: ignore[no-any-return]


def _has_private(node: ast.ClassDef) -> bool:
    return any(_is_private(part.id) for part in of_kind(node, ast.Name))


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


class _Mangler(ast.NodeTransformer):
    def __init__(self) -> None:
        self._classes: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = [self.visit(base) for base in node.bases]
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        self._classes.append(node.name.lstrip("_"))
        node.body = [self.visit(item) for item in node.body]
        self._classes.pop()
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._mangled(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._mangled(node.arg)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._mangled(name) for name in node.names]
        return node

    def _mangled(self, name: str) -> str:
        owner = self._classes[-1] if self._classes else ""
        return f"_{owner}{name}" if owner and _is_private(name) else name
