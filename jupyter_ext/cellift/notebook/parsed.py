"""Text to syntax tree. The trees of the last cells are kept: after an edit only the cell that was edited is parsed.

Its statements that stand where they stood keep their nodes, and with them all that has been found out about them.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal, NamedTuple

_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
#: Characters of code whose trees are kept, and of the longest cell that is.
_KEPT = 500_000
_LONGEST = 100_000


class Parsed(NamedTuple):
    """The tree of a text, and its lines."""

    tree: ast.Module
    lines: tuple[str, ...]


def parse_cell(cell: str, text: str) -> Parsed:
    """Parse the code of a cell (its id). Raises what ``compile`` raises.

    Two cells of one text have two trees. Compiling finds what parsing alone does not, like a ``return`` outside a
    function.
    """
    known = _trees.get(cell, text)
    if known is None:
        tree = parse(text)
        assert isinstance(tree, ast.Module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<cell>", "exec", _TOP_LEVEL_AWAIT, dont_inherit=True)
        known = Parsed(tree, tuple(text.split("\n")))
        before = _trees.last(cell)
        if before is not None:
            _keep_nodes(known, before)
        _trees.keep(cell, text, known)
    return known


def first_line(statement: ast.stmt) -> int:
    """The line that a statement begins at, its decorators included."""
    decorators: Sequence[ast.expr] = getattr(statement, "decorator_list", ())
    return min((decorator.lineno for decorator in decorators), default=statement.lineno)


def _keep_nodes(parsed: Parsed, before: Parsed) -> None:
    """Nodes of an earlier text of the cell for the statements whose lines are the same."""
    known = {_place(statement): statement for statement in before.tree.body}
    body = parsed.tree.body
    for index, statement in enumerate(body):
        place = _place(statement)
        first, last = place[0] - 1, place[1]
        if place in known and parsed.lines[first:last] == before.lines[first:last]:
            body[index] = known[place]


def _place(statement: ast.stmt) -> tuple[int, int, int, int | None]:
    last = statement.end_lineno or statement.lineno
    return first_line(statement), last, statement.col_offset, statement.end_col_offset


def parse(text: str, mode: Literal["exec", "eval"] = "exec") -> ast.mod:
    """``ast.parse`` that says nothing of what Python warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


class _Trees:
    """The trees that were used last, of so many characters at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Parsed] = OrderedDict()
        self._characters = 0
        self._texts: dict[str, str] = {}

    def get(self, cell: str, text: str) -> Parsed | None:
        with self._lock:
            known = self._known.get((cell, text))
            if known is not None:
                self._known.move_to_end((cell, text))
            return known

    def last(self, cell: str) -> Parsed | None:
        """The tree of the cell that was kept last."""
        with self._lock:
            return self._known.get((cell, self._texts.get(cell, "")))

    def keep(self, cell: str, text: str, parsed: Parsed) -> None:
        if len(text) > _LONGEST:
            return
        with self._lock:
            self._texts[cell] = text
            if (cell, text) not in self._known:
                self._characters += len(text)
            self._known[cell, text] = parsed
            while self._characters > _KEPT:
                (name, old), _ = self._known.popitem(last=False)
                self._characters -= len(old)
                if self._texts.get(name) == old:
                    del self._texts[name]

    def cache_clear(self) -> None:
        """Forget them, and with them what has been found out about them."""
        with self._lock:
            self._known.clear()
            self._texts.clear()
            self._characters = 0

    def __len__(self) -> int:
        return self._characters


_trees = _Trees()
