"""Kale's marks on cells, of all its versions (0.5 to 2.3), and papermill's. What they mean there, not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["", "imports", "functions", "parameters", "metrics", "skip", "step", "notebook"]

#: The key of Kale's notebook metadata.
METADATA = "kubeflow_notebook"

_SPECIAL: dict[str, Kind] = {
    "skip": "skip",
    "imports": "imports",
    "functions": "functions",
    "pipeline-parameters": "parameters",
    "pipeline-metrics": "metrics",
    "parameters": "parameters",
}
#: Tags that ask something for a step.
SETTINGS = ("image", "limit", "label", "annotation", "secret", "cache", "report")


@dataclass(frozen=True)
class KaleCell:
    """What the tags of one cell say. ``settings`` are its tags of :data:`SETTINGS`; ``foreign`` those nobody knows."""

    kind: Kind = ""
    name: str = ""
    prev: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    injected: bool = False


def read_tags(metadata: Mapping[str, Any]) -> KaleCell:
    """The marks of a cell. As in Kale, a tag that is a role of its own counts before a step's name."""
    given = metadata.get("tags")
    tags = [tag.strip() for tag in given if isinstance(tag, str)] if isinstance(given, list) else []
    kind: Kind = next((_SPECIAL[tag] for tag in tags if tag in _SPECIAL), "")
    name = ""
    prev: list[str] = []
    settings: list[str] = []
    foreign: list[str] = []
    for tag in tags:
        head, colon, rest = tag.partition(":")
        if tag in _SPECIAL or tag == "injected-parameters":
            continue
        if colon and head in ("step", "block", "notebook"):
            # The panel left `block:` without a name on cells of the block above.
            if rest and not kind:
                kind, name = ("notebook" if head == "notebook" else "step"), rest
        elif colon and head == "prev":
            prev += [rest] if rest and rest not in prev else []
        elif colon and head in SETTINGS:
            settings.append(tag)
        else:
            foreign.append(tag)
    return KaleCell(kind, name, tuple(prev), tuple(settings), tuple(foreign), "injected-parameters" in tags)


def has_marks(notebook: Mapping[str, Any]) -> bool:
    """Whether a notebook (its JSON) has marks of Kale or papermill that could be taken over."""
    metadata = notebook.get("metadata")
    if isinstance(metadata, Mapping) and isinstance(metadata.get(METADATA), Mapping):
        return True
    cells = notebook.get("cells")
    return isinstance(cells, list) and any(
        isinstance(cell, Mapping) and isinstance(cell.get("metadata"), Mapping) and read_tags(cell["metadata"]).kind
        for cell in cells
    )
