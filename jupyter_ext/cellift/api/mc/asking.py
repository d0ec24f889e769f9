"""Asking before something is removed: on a terminal, or below the cell of a notebook."""

from __future__ import annotations

import sys
from argparse import Namespace

from cellift.api.mc.errors import UsageError
from cellift.api.mc.telling import is_cell, tell


def agreed(what: str, args: Namespace) -> bool:
    """Ask whether *what* may be removed. Raises UsageError where nobody can answer."""
    question = f"Remove {what}? [y/N] "
    if is_cell(args):
        try:
            answer = input(question)
        except (EOFError, NotImplementedError):  # a notebook that runs by itself: Jupyter's error is one of these
            raise _nobody(what) from None
    elif sys.stdin.isatty():
        print(question, end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    else:
        raise _nobody(what)
    if answer.strip().lower() in ("y", "yes"):
        return True
    tell("Nothing was removed.", args)
    return False


def _nobody(what: str) -> UsageError:
    return UsageError(f"{what} would be removed, and there is nobody to ask: give --force")
