"""TAR archives: what their headers list (POSIX, "pax", ustar interchange format); contents are passed over."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple

from cellift.storage.previews.api import ROWS, Preview, Sample
from cellift.storage.previews.windows import EnoughError, Window

BLOCK = 512
_MOST_HEADERS = 5 * ROWS
_LONGEST_NAME = 64 << 10
_PACKED = 4 << 20
"""Bytes of a compressed archive that are fetched."""
_UNPACKED = 64 << 20
"""Bytes that those may become: what is passed over has to be unpacked all the same."""
_AT_ONCE = 64 << 10

Get = Callable[[int, int], bytes]
"""Bytes from a place on, which only ever moves on; fewer at the end."""


class Tar:
    """An archive as it is: from header to header."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By the mark of its first header, or by its name and the header's checksum."""
        return head[257:262] == b"ustar" or (sample.name.endswith(".tar") and _is_header(head[:BLOCK]))

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The members with their sizes."""
        return _shown(_listed(Window(sample, head).get), "An archive")


class TarGz:
    """An archive that gzip has compressed: it is unpacked from the beginning on, as far as a preview may."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By the first header, unpacked."""
        if head[:3] != b"\x1f\x8b\x08":
            return False
        try:
            return _is_header(zlib.decompressobj(wbits=31).decompress(head, BLOCK))
        except zlib.error:
            return False

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The first members with their sizes."""
        return _shown(_listed(_Unpacked(sample, head).get), "An archive, compressed by gzip")


class _Member(NamedTuple):
    name: str
    size: int | None


class _List(NamedTuple):
    members: list[_Member]
    why: str


def _shown(found: _List, what: str) -> Preview:
    if not found.members and found.why:
        raise ValueError(found.why)
    rows: list[list[str | None]] = [
        [one.name[:500], None if one.size is None else str(one.size)] for one in found.members
    ]
    first = "The first " if found.why else ""
    note = f"{what}. {first}{len(rows)} members{f': {found.why}' if found.why else ''}."
    columns = [("name", "text"), ("size in bytes", "number")]
    return Preview("table", note, bool(found.why), columns=columns, rows=rows)


def _listed(get: Get) -> _List:
    members: list[_Member] = []
    named: dict[str, str] = {}
    at = 0
    try:
        for _ in range(_MOST_HEADERS):
            block = get(at, BLOCK)
            if not block.strip(b"\0"):
                # Two empty blocks are the end; many archives have one, or none.
                return _List(members, "")
            if not _is_header(block):
                return _List(members, "what follows is damaged")
            if len(members) == ROWS:
                return _List(members, "there are more")
            size, kind = _number(block[124:136]), block[156:157]
            at += BLOCK
            if kind in b"xgLK" and kind:
                if size > _LONGEST_NAME:
                    return _List(members, "a name is longer than can be")
                named |= _named(kind, get(at, size))
            else:
                size = _size(named.get("size"), size)
                members.append(_member(block, kind, named, size))
                named = {}
            # The last byte, too: what comes behind it is near, and else a missing end would look like the end.
            if size and not get(at + size - 1, 1):
                return _List(members, "its end is missing")
            at += -(-size // BLOCK) * BLOCK
    except ValueError as error:
        return _List(members, str(error))
    except EnoughError:
        pass
    return _List(members, "to see more would take too much")


def _member(block: bytes, kind: bytes, named: dict[str, str], size: int) -> _Member:
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and block[345:500].strip(b"\0"):
        name = f"{_text(block[345:500])}/{name}"
    name = named.get("path", name)
    if kind == b"5":
        return _Member(name.rstrip("/") + "/", None)
    if kind in (b"1", b"2"):
        return _Member(f"{name} -> {named.get('linkpath', _text(block[157:257]))}", None)
    return _Member(name, size)


def _is_header(block: bytes) -> bool:
    if len(block) < BLOCK:
        return False
    try:
        said = _number(block[148:156])
    except ValueError:
        return False
    return said == sum(block[:148]) + 8 * 32 + sum(block[156:])


def _number(text: bytes) -> int:
    """An octal number, or (GNU) one of base 256."""
    if text[0] == 0x80:
        return int.from_bytes(text[1:], "big")
    try:
        found = int(text.split(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        found = -1
    if found < 0:
        raise ValueError("a size is none")
    return found


def _size(said: str | None, size: int) -> int:
    """The size that an extended header gives, where it gives one."""
    if said is None:
        return size
    if not said.isascii() or not said.isdigit() or len(said) > 19:
        raise ValueError("a size is none")
    return int(said)


def _named(kind: bytes, data: bytes) -> dict[str, str]:
    """What a header says of the one that follows: a long name (GNU), or records ``LENGTH name=value`` (pax)."""
    if kind in b"LK":
        return {"path" if kind == b"L" else "linkpath": _text(data)}
    if kind == b"g":
        return {}  # of all that follow; names and sizes are each member's own
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        length, _, rest = data[at : at + 20].partition(b" ")
        if not length.isdigit() or not rest or int(length) <= len(length) + 1:
            break
        record = data[at + len(length) + 1 : at + int(length)]
        name, _, value = record.rstrip(b"\n").partition(b"=")
        if name in (b"path", b"linkpath", b"size"):
            found[name.decode()] = _text(value)
        at += int(length)
    return found


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace")


class _Unpacked:
    """What gzip holds, from the beginning on; what was passed is gone."""

    def __init__(self, sample: Sample, head: bytes) -> None:
        self._sample = sample
        self._fetched = len(head)
        self._unpack = zlib.decompressobj(wbits=31)
        self._packed = head
        self._data = b""
        self._start = 0

    def get(self, start: int, count: int) -> bytes:
        while start + count > self._start + len(self._data):
            piece = self._next()
            if not piece:
                break
            gone = max(min(start - self._start, len(self._data)), 0)
            self._data = self._data[gone:] + piece
            self._start += gone
            if self._start + len(self._data) > _UNPACKED:
                raise EnoughError
        return self._data[start - self._start : start - self._start + count] if start >= self._start else b""

    def _next(self) -> bytes:
        while not self._unpack.eof:
            if not self._packed:
                left = min(_AT_ONCE, self._sample.size - self._fetched)
                if left <= 0:
                    return b""
                if self._fetched >= _PACKED:
                    raise EnoughError
                self._packed = self._sample.range(self._fetched, left)
                self._fetched += len(self._packed)
            try:
                piece = self._unpack.decompress(self._packed, _AT_ONCE)
            except zlib.error:
                raise ValueError("what follows is damaged") from None
            self._packed = self._unpack.unconsumed_tail
            if piece:
                return piece
        return b""
