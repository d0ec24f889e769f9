"""What is wrong with a command on data; skins put it into their own words."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what was asked; the message is for the user."""


class UsageError(Exception):
    """The words of a command are wrong in a way that argparse does not see."""
