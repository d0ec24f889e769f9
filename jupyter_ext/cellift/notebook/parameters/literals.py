"""Values that stand in the source as they are: literals, and plain expressions over them. Nothing is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
#: Results beyond this are not folded: the source could ask for gigabytes.
_LARGEST = 1_000_000


class NotPlain(ValueError):  # noqa: N818 (reads as what it is)
    """The expression is not made of literals, names of plain values and arithmetic."""


def fold(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a plain expression over literals and ``names``. Raises ``NotPlain`` for anything else."""
    try:
        return _fold(node, names)
    except (ArithmeticError, TypeError, ValueError, KeyError, IndexError, MemoryError, RecursionError) as error:
        raise NotPlain(str(error)) from None


def is_immutable_literal(node: ast.expr) -> bool:
    """Numbers, texts, None and tuples of them: copies of it cannot be told apart."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Tuple):
        return all(is_immutable_literal(element) for element in node.elts)
    if isinstance(node, ast.UnaryOp):
        return is_immutable_literal(node.operand)
    if isinstance(node, ast.BinOp):
        return is_immutable_literal(node.left) and is_immutable_literal(node.right)
    return False


def is_literal(node: ast.expr) -> bool:
    """A literal, of a container too."""
    if isinstance(node, (ast.List, ast.Set, ast.Tuple)):
        return all(is_literal(element) for element in node.elts)
    if isinstance(node, ast.Dict):
        return all(key is not None and is_literal(key) for key in node.keys) and all(map(is_literal, node.values))
    return is_immutable_literal(node)


def is_plain_expression(node: ast.expr) -> bool:
    """Literals, names, arithmetic, comparisons, f-strings and tuples: no call, no attribute, no item."""
    if isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.JoinedStr)):
        return all(is_plain_expression(child) for child in _operands(node))
    return isinstance(node, ast.Tuple) and all(is_plain_expression(element) for element in node.elts)


#: Builtins whose result is a number, a text, a truth value or None, whatever they are given.
_PLAIN_RESULTS = frozenset("bool bytes chr float format hash id int len ord print repr str".split())


def gives_plain_value(node: ast.expr) -> bool:
    """Whether the value is surely immutable, equal to its copies, and made of no class of the notebook."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _PLAIN_RESULTS and not _may_be_nan(node)
    if isinstance(node, (ast.IfExp, ast.BoolOp)):
        parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return all(gives_plain_value(part) for part in parts)
    return isinstance(node, (ast.Constant, ast.JoinedStr)) or is_immutable_literal(node)


def _may_be_nan(node: ast.Call) -> bool:
    """``float("nan")``, which is equal to nothing: ``x in [x]`` holds for the very object only."""
    texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any("nan" in text.lower() for text in texts)


def _operands(node: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FormattedValue):
            found.append(child.value)
            if child.format_spec is not None:
                found.append(child.format_spec)
        elif isinstance(child, ast.expr):
            found.append(child)
    return found


def _fold(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.List):
        return [_fold(element, names) for element in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_fold(element, names) for element in node.elts)
    if isinstance(node, ast.Dict) and all(key is not None for key in node.keys):
        return {
            _fold(key, names): _fold(value, names)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_fold(node.operand, names))
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _fold(node.left, names), _fold(node.right, names)
        _require_small(node.op, left, right)
        return _no_longer(_BINARY[type(node.op)](left, right))
    if isinstance(node, ast.JoinedStr):
        return _no_longer("".join(_text(part, names) for part in node.values))
    raise NotPlain(type(node).__name__)


def _text(part: ast.expr, names: Mapping[str, Any]) -> str:
    if isinstance(part, ast.FormattedValue):
        value = _fold(part.value, names)
        if part.conversion == ord("r"):
            value = repr(value)
        elif part.conversion == ord("a"):
            value = ascii(value)
        elif part.conversion == ord("s"):
            value = str(value)
        specification = _fold(part.format_spec, names) if part.format_spec is not None else ""
        if any(run > _LARGEST for run in _numbers(specification)):
            raise NotPlain("too large")
        return format(value, specification)
    return str(_fold(part, names))


def _numbers(text: str) -> list[int]:
    digits = "".join(character if character.isdigit() else " " for character in text)
    return [int(run) for run in digits.split()]


def _no_longer(value: Any) -> Any:
    """The value, unless it is longer than the limit: names that double from line to line grow without bound."""
    if isinstance(value, (str, bytes, list, tuple)) and len(value) > _LARGEST:
        raise NotPlain("too large")
    return value


def _require_small(operation: ast.operator, left: Any, right: Any) -> None:
    if isinstance(operation, ast.Pow):
        small = isinstance(left, (int, float)) and isinstance(right, (int, float)) and abs(right) <= 1000
        small = small and (isinstance(left, float) or abs(left) <= 10**6)
    elif isinstance(operation, ast.Mult):
        sized = [value for value in (left, right) if isinstance(value, (str, bytes, list, tuple))]
        counts = [value for value in (left, right) if isinstance(value, int)]
        small = not sized or not counts or len(sized[0]) * abs(counts[0]) <= _LARGEST
    elif isinstance(operation, ast.Mod) and isinstance(left, (str, bytes)):
        # A width may stand in the text, or as * among the values.
        text = left if isinstance(left, str) else left.decode("latin-1")
        small = "*" not in text and all(run <= _LARGEST for run in _numbers(text))
    else:
        small = True
    if not small:
        raise NotPlain("too large")
