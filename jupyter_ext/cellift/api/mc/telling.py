"""Where it is told what was done: not what was asked for, which is on standard output, and not what went wrong."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TextIO


def is_cell(args: Namespace) -> bool:
    """Whether a cell of a notebook asks: there is no terminal, and yet somebody to ask and to tell."""
    return bool(getattr(args, "asks", False))


def telling(args: Namespace) -> TextIO:
    """Standard error, so that what is asked for can be piped; below a cell, where that looks like a failure, output."""
    return sys.stdout if is_cell(args) else sys.stderr


def tell(text: str, args: Namespace) -> None:
    """Print a line of what was done."""
    print(text, file=telling(args))
