"""The resolved statements of the notebooks that were analysed last: after an edit most of them are still right."""

from __future__ import annotations

import ast
import threading
from collections import OrderedDict
from typing import Any

from cellift.notebook.flow.statements import Statement, Travel, take_apart
from cellift.notebook.source import CellCode
from cellift.notebook.steps import SETUP

#: Notebooks whose statements are kept, and statements of the longest one that are.
_NOTEBOOKS = 8
_LONGEST = 10_000

_kept: OrderedDict[str | None, tuple[list[Statement], Any]] = OrderedDict()
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
        #: What the facts of all statements depend on besides their nodes; None where that is not all.
        self.around: Any = None
        if keep:
            with _lock:
                self._last, self.around = _kept.pop(path, ([], None))

    def begin(self) -> list[Statement]:
        """A list for the statements of another try, which begins with what the one before has left."""
        if self._keep:
            self._all += self._last
            self._by_node = {id(statement.node): statement for statement in self._last}
        self._last = []
        return self._last

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
            gone = [_kept.pop(self._path, ([], None))[0]]
            _kept[self._path] = self._last, self.around
            while len(_kept) > _NOTEBOOKS:
                gone.append(_kept.popitem(last=False)[1][0])
        for statements in gone:
            take_apart(statements)

    def forget(self) -> None:
        """They could not be resolved."""
        if self._keep:
            take_apart([*self._all, *self._last])
