"""Saved models and objects: what their headers say. A pickle is read as opcodes, and never run."""

from __future__ import annotations

import json
import struct

from cellift.storage.previews.api import Preview, Sample
from cellift.storage.previews.pickled import named

_FACTS = 500


class Safetensors:
    """Tensors with their types and shapes, from the header (safetensors, "Format")."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name, and a header that can be one."""
        return sample.name.endswith(".safetensors") and len(head) > 9 and head[8:9] == b"{"

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """One line a tensor."""
        (length,) = struct.unpack("<Q", head[:8])
        if length > min(sample.size - 8, 4 << 20):
            raise ValueError("its header is longer than can be")
        data = head[8 : 8 + length]
        if len(data) < length:
            data += sample.range(len(head), length - len(data))
        found = json.loads(data)
        tensors = [(name, one) for name, one in found.items() if name != "__metadata__"]
        facts = [
            (name[:200], f"{str(one['dtype'])[:20]} {' x '.join(map(str, one['shape'][:16]))}")
            for name, one in tensors[:_FACTS]
        ]
        remarks = found.get("__metadata__")
        if isinstance(remarks, dict):
            facts += [(name[:200], str(value)[:500]) for name, value in list(remarks.items())[:_FACTS]]
        return Preview("facts", f"safetensors, {len(tensors)} tensors.", True, facts=facts)


class Pickle:
    """Protocol, and the names that loading it would import."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name, and by the first opcode of protocol 2 and later."""
        is_called_so = sample.name.endswith((".pkl", ".pickle", ".joblib"))
        return is_called_so and head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5")

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """What it names; nothing of it is loaded."""
        names, whole = named(head)
        cut = not whole or sample.size > len(head)
        facts = [("protocol", str(head[1]))] + [("uses", name[:400]) for name in names[:100]]
        note = "A pickle. It was not loaded: loading one runs what it names, so load only those that you trust."
        return Preview("facts", note, cut, facts=facts)
