"""Flags that several commands share, and what they mean."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable
from typing import TypeVar

from cellift.api.mc.errors import UsageError
from cellift.storage.matching import Wanted, parse_age, parse_size

T = TypeVar("T")


def wanted_of(args: Namespace) -> Wanted:
    """Return the rules that the flags make; those that a command does not have hold for all."""
    return Wanted(
        name=getattr(args, "name", None),
        path=getattr(args, "path", None),
        regex=_read(args, "regex", re.compile),
        larger=_read(args, "larger", parse_size),
        smaller=_read(args, "smaller", parse_size),
        older=_read(args, "older_than", parse_age),
        newer=_read(args, "newer_than", parse_age),
    )


def _read(args: Namespace, name: str, parse: Callable[[str], T]) -> T | None:
    text: str | None = getattr(args, name, None)
    if text is None:
        return None
    try:
        return parse(text)
    except (ValueError, re.error) as error:
        raise UsageError(f"--{name.replace('_', '-')} {text}: {error}") from None
