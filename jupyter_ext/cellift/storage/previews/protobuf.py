"""Fields of a protobuf message (Protocol Buffers, "Encoding"), read without their contents being fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cellift.storage.previews.windows import Window

_LONGEST_NUMBER = 10


class Field(NamedTuple):
    """One field. Of a number, ``value``; of anything that has a length, where it is."""

    number: int
    value: int | None
    start: int
    end: int


def fields(window: Window, start: int, end: int) -> Iterator[Field]:
    """Give the fields of the message that lies there. ValueError where it is none, or was cut off."""
    at = start
    while at < end:
        tag, at = _number(window, at, end)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise ValueError("a field has no number")
        if kind == 0:
            value, at = _number(window, at, end)
            yield Field(number, value, at, at)
            continue
        if kind == 2:
            length, at = _number(window, at, end)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError("a field is of a kind that there is not")
        # Of one that was cut off, there is a beginning.
        yield Field(number, None, at, min(at + length, end))
        if length > end - at:
            raise ValueError("a field is longer than what it is in")
        at += length


def text(window: Window, field: Field, most: int = 200) -> str:
    """The text of a field, cut to so many bytes."""
    return window.get(field.start, min(field.end - field.start, most)).decode("utf-8", "replace")


def numbers(window: Window, field: Field, most: int = 64) -> list[int]:
    """The numbers of a repeated field, which may be packed; the first ones."""
    if field.value is not None:
        return [field.value]
    found: list[int] = []
    at = field.start
    while at < field.end and len(found) < most:
        value, at = _number(window, at, field.end)
        found.append(value)
    return found


def _number(window: Window, at: int, end: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(window.get(at, min(_LONGEST_NUMBER, end - at))):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number has no end")
