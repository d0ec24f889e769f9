"""What pandas tables know of each other: which of their parts lie in the same memory, and have to be copied first."""

from __future__ import annotations

import sys
from typing import Any, Container

from .rebuild import call
from .rebuild_arrays import set_references


def reduce_part(value: Any, here: Container[int]) -> Any:
    """As ``__reduce__`` for a part of a table that others have too; ``here``: ids of what is written with it.

    NotImplemented for what pickle does right by itself.
    """
    kind = type(value)
    if str(kind.__module__).partition(".")[0] != "pandas" or hasattr(value, "_mgr"):
        return NotImplemented
    if kind.__name__ == "BlockValuesRefs":
        return call, ("references",)
    part = value
    if kind.__name__ == "SingleBlockManager":
        # A series has its part without a name.
        part = value.blocks[0]
    references: Any = getattr(part, "refs", None) or getattr(part, "_references", None)
    if type(references).__name__ != "BlockValuesRefs" or not references.has_reference():
        return NotImplemented
    # `has_reference` has just taken out those that are gone.
    living = [reference() for reference in references.referenced_blocks]
    if not any(hasattr(each, "mgr_locs") for each in living):
        # Nobody can write to an index.
        return NotImplemented
    reduced = value.__reduce_ex__(5)
    state = reduced[2:3] if part is not value else ()
    if part is value and any(each is not None for each in reduced[2:]):
        return NotImplemented
    more = any(id(each) not in here for each in living)
    return (*reduced[:2], (references, more, *state), None, None, set_references)


def copies_before_it_writes(pandas: Any) -> bool:
    """Whether a write to one table is never seen in another."""
    if int(pandas.__version__.partition(".")[0]) >= 3:
        return True
    return sys.modules["pandas"].options.mode.copy_on_write is True
