"""Plain values: small, never changed, and readable without any class of the notebook."""

from __future__ import annotations

import sys
from typing import Any

_MOST_BYTES = 1024


def is_plain_value(value: object) -> bool:
    """Whether it is a truth value, a number, a text of at most 1 KiB, or such a scalar of numpy. None is not."""
    kind = type(value)
    if kind in (bool, float, complex):
        return True
    if type(value) is int:
        return value.bit_length() <= 8 * _MOST_BYTES
    if type(value) is str:
        # Not to encode a long text only to count its bytes.
        return len(value) <= _MOST_BYTES and len(value.encode("utf-8", "surrogatepass")) <= _MOST_BYTES
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.generic) or kind.__module__ != "numpy":
        return False
    scalar: Any = value
    return scalar.dtype.kind in "biufcUmM" and scalar.nbytes <= _MOST_BYTES
