"""Values that a name may keep where a loop or a branch passes it by: needed only where somebody asks for the name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cellift.notebook.flow.blocks import Block, versions_read_for_sure
from cellift.notebook.flow.statements import Version
from cellift.notebook.state.names import is_pseudo


def forget_what_nobody_reads(blocks: Sequence[Block], wanted: Collection[str]) -> None:
    """Take back reads that are there only because a name may keep its value, where nothing reads it further down.

    ``wanted``: names that are kept as outputs whatever reads them.
    """
    statements = [statement for block in reversed(blocks) for statement in reversed(block.open)]
    if not any(one.kept for statement in statements for one in statement.reads.values()):
        return
    # No statement reads what one further down makes: their order does not matter but for those that are open.
    read: set[Version] = set().union(*versions_read_for_sure(blocks))
    for statement in statements:
        for name, one in list(statement.reads.items()):
            made = statement.makes.get(name)
            if one.kept and made is not None and made not in read and name not in wanted and not is_pseudo(name):
                del statement.reads[name]
        read.update(one.version for one in statement.reads.values())
