"""Names of buckets and keys as people may see them: a store can hold names made to deceive a terminal or a reader."""

from __future__ import annotations

import re

# Controls (also the eighth-bit ones, which terminals obey), line and paragraph separators, bidirectional overrides and
# isolates, and halves of surrogate pairs, which cannot be printed at all.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(name: str) -> str:
    """Return *name* with what is not plain text written as Python writes it (``\\x1b``), for messages and terminals."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), name)


def quoted(name: str, most: int = 120) -> str:
    """Return *name* as `shown`, in quotes, its middle left out when it is longer than *most* characters."""
    text = shown(name)
    half = most // 2
    return f"'{text}'" if len(text) <= most else f"'{text[:half]}…{text[-half:]}'"
