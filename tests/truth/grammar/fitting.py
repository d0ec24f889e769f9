"""Names and expressions that fit what a program has made so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.truth.grammar.choices import Choices
from tests.truth.grammar.live import KINDS, Live

Form = Callable[[Choices, Live], "str | None"]
"""A statement, or None where none of the kind fits."""

NAMES = ("a", "b", "c", "d", "e", "rows", "table")


def a_name(choices: Choices) -> str:
    return choices.pick(NAMES)


def a_path(choices: Choices, live: Live, *kinds: str) -> str | None:
    paths = live.paths(*kinds)
    return choices.pick(paths) if paths else None


def has(live: Live, name: str) -> bool:
    return name in live.module.__dict__


def kind_of(found: Any) -> str:
    return next((kind for kind, types in KINDS.items() if isinstance(found, types)), "object")
