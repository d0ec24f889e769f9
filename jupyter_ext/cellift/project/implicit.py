"""Methods that Python calls for a piece of code without their names: ``__add__`` for ``a + b``."""

from __future__ import annotations

import ast

_OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or",
    ast.BitXor: "xor", ast.BitAnd: "and", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert",
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
    ast.In: "contains", ast.NotIn: "contains",
}  # fmt: skip
_ITEMS = {ast.Load: "__getitem__", ast.Store: "__setitem__", ast.Del: "__delitem__"}
_WALKS = ("__iter__", "__next__", "__getitem__", "__aiter__", "__anext__")
_SHOWS = ("__str__", "__repr__", "__format__")
_WALKING = frozenset("list tuple set dict frozenset sorted sum any all max min zip map filter enumerate join".split())
_SHOWING = frozenset("print str repr format".split())


def implicit_methods(node: ast.AST) -> tuple[str, ...]:
    """Names of what may be called where the node is evaluated."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        name = _OPERATORS[type(node.op)]
        return f"__{name}__", f"__r{name}__", f"__i{name}__"
    if isinstance(node, ast.UnaryOp):
        return (f"__{_OPERATORS[type(node.op)]}__",) if type(node.op) in _OPERATORS else ("__bool__", "__len__")
    if isinstance(node, ast.Compare):
        return tuple(f"__{_OPERATORS[type(op)]}__" for op in node.ops if type(op) in _OPERATORS)
    if isinstance(node, ast.Subscript):
        return (_ITEMS[type(node.ctx)],)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return "__enter__", "__exit__", "__aenter__", "__aexit__"
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension, ast.Starred, ast.YieldFrom)):
        return _WALKS
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.Assert)):
        return "__bool__", "__len__"
    if isinstance(node, (ast.FormattedValue, ast.Expr)):
        return _SHOWS
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        more = _WALKS if name in _WALKING else _SHOWS if name in _SHOWING else ()
        return ("__call__", f"__{name}__", *more)
    return ()
