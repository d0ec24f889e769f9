"""One line of the report about an imported notebook."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: ``taken``: means the same here. ``honoured``: Kale ignores or breaks it, here it works. ``impossible``: not here.
KINDS = {
    "taken": "Taken over",
    "honoured": "Ignored or refused by Kale, honoured here",
    "impossible": "Not possible here",
    "note": "To know",
}


@dataclass(frozen=True)
class Item:
    """What became of ``what``; ``cell`` is its number and ``id`` its id, None for what concerns the notebook."""

    kind: str
    what: str
    text: str
    cell: int | None = None
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """``{"kind", "what", "text", "cell", "id"}``."""
        return asdict(self)
