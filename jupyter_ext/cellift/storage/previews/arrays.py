"""NumPy arrays: type and shape from the header (NumPy, "NEP 1", the format of .npy files)."""

from __future__ import annotations

import ast
import struct

from cellift.storage.previews.api import HEAD, Preview, Sample

_MAGIC = b"\x93NUMPY"


class Npy:
    """One array."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its magic string."""
        return head.startswith(_MAGIC)

    def preview(self, sample: Sample, head: bytes) -> Preview:  # noqa: ARG002
        """Type, shape and order."""
        return Preview("facts", "A NumPy array.", True, facts=header(head))


def header(head: bytes) -> list[tuple[str, str]]:
    """What the header says. ValueError when it is none."""
    major = head[6] if len(head) > 12 else 0
    if major == 1:
        start, (length,) = 10, struct.unpack("<H", head[8:10])
    elif major in (2, 3):
        start, (length,) = 12, struct.unpack("<I", head[8:12])
    else:
        raise ValueError("it is too short, or of a version that is not known")
    if length > HEAD or start + length > len(head):
        raise ValueError("its header is longer than can be")
    try:
        found = ast.literal_eval(head[start : start + length].decode("latin-1"))
    except SyntaxError:
        raise ValueError("its header is no dictionary") from None
    if not isinstance(found, dict):
        raise ValueError("its header is no dictionary")
    shape = found.get("shape")
    if not isinstance(shape, tuple) or not all(isinstance(one, int) for one in shape):
        raise ValueError("its shape is none")
    return [
        ("dtype", str(found.get("descr"))[:500]),
        ("shape", " x ".join(map(str, shape[:64])) or "one value"),
        ("order", "Fortran (columns first)" if found.get("fortran_order") else "C (rows first)"),
    ]
