"""Typed hand-over of Python values between steps.

Self-contained: Python 3.9 syntax and the standard library only, because this source text travels into the containers
of the steps. Imports inside are relative, so that it works under any package name.

A folder of values is ``index.json`` and one file per group of names that share mutable objects. Use
:func:`write` to write one, :class:`Reader` to read names from it, :func:`preview` for a one-line description.
"""

from __future__ import annotations

from .by_value import looked_up_by
from .caches import CACHED, cache_of, set_cached
from .errors import CannotCrossError, CannotReadError, DamagedError, MissingNameError, NoSpaceError, ValuesError
from .fingerprint import Fingerprint
from .in_modules import Attributes, known
from .naming import mark
from .past import remember
from .plain import is_plain_value
from .preview import preview, type_name
from .reader import Reader
from .room import give_room, note_sizes, watch_sizes
from .sharing import sharing_with
from .unpicklable import why_not
from .writer import write

__all__ = [
    "CACHED",
    "Attributes",
    "CannotCrossError",
    "CannotReadError",
    "DamagedError",
    "Fingerprint",
    "MissingNameError",
    "NoSpaceError",
    "Reader",
    "ValuesError",
    "cache_of",
    "give_room",
    "is_plain_value",
    "known",
    "looked_up_by",
    "mark",
    "note_sizes",
    "preview",
    "remember",
    "set_cached",
    "sharing_with",
    "type_name",
    "watch_sizes",
    "why_not",
    "write",
]
