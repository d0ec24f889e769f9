"""Print the version of Cellift."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cellift._version import __version__


def configure(parser: ArgumentParser) -> None:
    """Add nothing: the command has no options."""


def run(_args: Namespace) -> int:
    """Print ``cellift 0.1.0``."""
    print(f"cellift {__version__}")
    return 0
