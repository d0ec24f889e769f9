"""Notebooks: the text of their cells."""

from __future__ import annotations

import json

from cellift.storage.previews.api import MOST, Preview, Sample

_CELLS = 100
_TEXT = 20_000


class Notebook:
    """A Jupyter notebook of format 4."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name and first character."""
        return sample.name.endswith(".ipynb") and head.lstrip()[:1] == b"{"

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The source of the first cells; outputs are left out. One that is larger than 4 MiB is shown as text."""
        if sample.size > MOST - len(head) - (1 << 16):
            raise ValueError("it is too large to look into")
        data = head if sample.size <= len(head) else head + sample.range(len(head), sample.size - len(head))
        document = json.loads(data)
        if not isinstance(document["cells"], list) or not all(isinstance(one, dict) for one in document["cells"]):
            raise ValueError("its cells are none")
        found = []
        for cell in document["cells"][: _CELLS + 1]:
            source = cell.get("source", "")
            text = source if isinstance(source, str) else "".join(map(str, source))
            kind = cell.get("cell_type")
            found.append((kind if kind in ("code", "markdown", "raw") else "raw", text[:_TEXT]))
        count = len(document["cells"])
        return Preview("notebook", f"A notebook of {count} cells.", count > _CELLS, cells=found[:_CELLS])
