"""Values that a name may keep where a loop or a branch passes it by: needed only where somebody asks for the name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cellift.notebook.flow.statements import Statement, Version
from cellift.notebook.state.names import is_pseudo


def forget_what_nobody_reads(statements: Sequence[Statement], wanted: Collection[str]) -> None:
    """Take back reads that are there only because a name may keep its value, where nothing reads it further down.

    ``wanted``: names that are kept as outputs whatever reads them.
    """
    if not any(one.kept for statement in statements if _may_keep(statement) for one in statement.reads.values()):
        return
    read: set[Version] = set()
    for statement in reversed(statements):
        for name, one in list(statement.reads.items()):
            made = statement.makes.get(name)
            if one.kept and made is not None and made not in read and name not in wanted and not is_pseudo(name):
                del statement.reads[name]
        read.update(one.version for one in statement.reads.values())


def _may_keep(statement: Statement) -> bool:
    return statement.trace is None or statement.trace.reads is not None
