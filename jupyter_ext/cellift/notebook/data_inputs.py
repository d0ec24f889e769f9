"""``--input NAME=data:CONNECTION/bucket/key``: objects of a store that a step reads, told where a run records them."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MARK = "data:"


class DataInput(NamedTuple):
    """An object that a step reads; ``name`` is the variable that holds the path of its local copy, or empty."""

    name: str
    connection: str
    bucket: str
    key: str

    @property
    def target(self) -> str:
        """As people write it: ``CONNECTION/bucket/key``."""
        return f"{self.connection}/{self.bucket}/{self.key}"

    @property
    def statement(self) -> str:
        """What stands in the place of the ``%%step`` line while the notebook is read: the name is a text."""
        return assignment(self.name, _MARK + self.target)


def read_input(text: str) -> DataInput:
    """What an ``--input`` says. Raises ``ValueError`` with a text for the user."""
    name, mark, target = text.partition(_MARK)
    bound = name[:-1] if name.endswith("=") else ""
    if not mark or name != (f"{bound}=" if bound else ""):
        raise ValueError(f"--input {text} is not written as NAME=data:CONNECTION/bucket/key")
    if bound and (not bound.isidentifier() or keyword.iskeyword(bound)):
        raise ValueError(f"--input {text}: {bound} is no name for a variable")
    connection, _, rest = target.partition("/")
    bucket, _, key = rest.partition("/")
    if not (connection and bucket and key) or key.endswith("/"):
        raise ValueError(f"--input {text} names no object: it is written as data:CONNECTION/bucket/key")
    return DataInput(bound, connection, bucket, key)


def read_inputs(texts: Iterable[str]) -> tuple[DataInput, ...]:
    """All inputs of one step. Raises ``ValueError`` for one that cannot be read, and for two of one name."""
    found = tuple(read_input(text) for text in texts)
    names = [one.name for one in found if one.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two inputs have the name {twice}")
    return found


def assignments(inputs: Sequence[DataInput]) -> str:
    """The line that gives the inputs of a step their names, or nothing."""
    return "; ".join(one.statement for one in inputs if one.name)


def assignment(name: str, text: str) -> str:
    """The statement that binds a name to a text. All ASCII: what is in a key must not end a line or hide it."""
    return f"{name} = {text!a}"
