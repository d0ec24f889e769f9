"""Text that shows itself as it is, in a notebook and in a terminal."""

from __future__ import annotations


class Text(str):
    """A `str` whose representation is the text itself, so that a log as the last value of a cell can be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class UnknownNameError(KeyError):
    """A step or value that is not there; the message names those that are."""

    def __str__(self) -> str:
        # KeyError would show the message in quotes.
        return str(self.args[0])
