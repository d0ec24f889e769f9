"""The resolved statements of the notebooks that were analysed last: after an edit most of them are still right."""

from __future__ import annotations

import ast
import threading
from collections import OrderedDict
from typing import Any

from cellift.notebook.flow.blocks import Block
from cellift.notebook.flow.statements import Statement, Travel, take_apart
from cellift.notebook.source import CellCode
from cellift.notebook.steps import SETUP

#: Notebooks whose statements are kept, and statements of the longest one that are.
_NOTEBOOKS = 8
_LONGEST = 10_000

#: By path: the statements, what the facts of all depend on besides, and the cells that they stand in.
_kept: OrderedDict[str | None, tuple[list[Statement], tuple[Any, list[Block]]]] = OrderedDict()
_lock = threading.Lock()


class Resolved:
    """Those of one notebook, for one analysis at a time: who finds none there begins anew."""

    def __init__(self, path: str | None, *, keep: bool) -> None:
        """``keep``: they are left for the next analysis; else they belong to the caller."""
        self._path = path
        self._keep = keep
        self._last: list[Statement] = []
        self._all: list[Statement] = []
        self._by_node: dict[int, Statement] = {}
        self._by_tree: dict[int, Block] = {}
        #: The statements, cell by cell.
        self.blocks: list[Block] = []
        #: What the facts of all statements depend on besides their nodes; None where that is not all.
        self.around: Any = None
        if keep:
            with _lock:
                self._last, (self.around, self.blocks) = _kept.pop(path, ([], (None, [])))

    def begin(self) -> list[Statement]:
        """A list for the statements of another try, which begins with what the one before has left."""
        if self._keep:
            self._all += self._last
            self._by_node = {id(statement.node): statement for statement in self._last}
            self._by_tree = {id(block.tree): block for block in self.blocks if block.is_plain}
        self._last, self.blocks = [], []
        return self._last

    def block_again(self, index: int, code: CellCode, tree: ast.Module, owner: int) -> Block | None:
        """All statements of a cell without parameters, as `again` gives each; None where one may say something else."""
        known = self._by_tree.pop(id(tree), None)
        if known is None or known.tree is not tree or known.is_setup is not (owner == SETUP):
            return None
        for place, statement in enumerate(known.statements, index):
            statement.index, statement.code, statement.owner = place, code, owner
        return known

    def again(
        self, index: int, code: CellCode, node: ast.stmt, owner: int, travel: Travel, source: tuple[Any, ...] | None
    ) -> Statement | None:
        """The statement as an earlier analysis has left it, at its place now; None when it says something else.

        ``source``: what its facts are made of; None where that is known to be the same.
        """
        known = self._by_node.get(id(node))
        if known is None or known.node is not node or known.trace is None or not known.source:
            return None
        if source is not None and known.source != source:
            return None
        if (known.travel is Travel.PARAMETER) is not (travel is Travel.PARAMETER):
            return None
        if (known.owner == SETUP) is not (owner == SETUP):
            return None
        known.index, known.code, known.owner = index, code, owner
        return known

    def put_back(self) -> None:
        """All is resolved."""
        if not self._keep:
            return
        final = {id(statement) for statement in self._last}
        take_apart(one for one in self._all if id(one) not in final)
        if len(self._last) > _LONGEST:
            take_apart(self._last)
            return
        with _lock:
            known = _kept.pop(self._path, None)
            gone = [known[0]] if known is not None else []
            _kept[self._path] = self._last, (self.around, self.blocks)
            while len(_kept) > _NOTEBOOKS:
                gone.append(_kept.popitem(last=False)[1][0])
        for statements in gone:
            take_apart(statements)

    def forget(self) -> None:
        """They could not be resolved."""
        if self._keep:
            take_apart([*self._all, *self._last])
