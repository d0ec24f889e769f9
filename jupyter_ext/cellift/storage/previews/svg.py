"""SVG pictures: given as text to a frame in which nothing can act, when they are not made to grow without end."""

from __future__ import annotations

import re
from collections import Counter
from xml.parsers import expat

from cellift.storage.previews.api import HEAD, Preview, Sample
from cellift.storage.previews.text import decoded

_MOST = 512 << 10
"""Bytes of a picture that is drawn."""
_SHAPES = 200_000
"""Things to draw, with all that is drawn several times: a few lines can ask for more than a browser can do."""
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")]+)")


class Svg:
    """A picture with its source."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name or type, and its first characters."""
        named = sample.name.endswith(".svg") or sample.content_type.startswith("image/svg")
        return named and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The source as a whole, to be drawn. ValueError says why it is not."""
        if sample.size > _MOST:
            raise ValueError("too large to draw")
        data = head if sample.size <= len(head) else head + sample.range(len(head), sample.size - len(head))
        found = decoded(data, cut=False)
        if found is None:
            raise ValueError("no text")
        if _Shapes(data).count() > _SHAPES:
            raise ValueError("it would grow to more shapes than a browser can draw")
        note = "A picture in SVG; its scripts do nothing here, and it loads nothing."
        if sample.size > HEAD:
            note += f" ({sample.size >> 10} KiB of source.)"
        return Preview("svg", note, text=found, mime="image/svg+xml")


class _Shapes:
    """How many elements are drawn when each reference is followed; a picture that holds itself has no end of them."""

    def __init__(self, data: bytes) -> None:
        self._own: Counter[str] = Counter()
        self._refers: dict[str, Counter[str]] = {"": Counter()}
        self._owners = [""]
        self._has_id: list[bool] = []
        self._in_style = 0
        self._styles: list[str] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise ValueError(f"no XML: line {error.lineno}") from None

    def count(self) -> float:
        """The number; infinite where it cannot be told."""
        if _REFERENCE.search("".join(self._styles)):
            return float("inf")  # a style sheet can refer to things from everywhere
        known: dict[str, float] = {}
        open_: set[str] = set()
        todo = [""]
        while todo:
            name = todo[-1]
            if name in known:
                todo.pop()
                continue
            refers = self._refers.get(name, Counter())
            missing = [one for one in refers if one not in known and one in self._refers]
            if any(one in open_ for one in missing):
                return float("inf")
            if missing:
                open_.add(name)
                todo += missing
                continue
            open_.discard(name)
            known[name] = self._own[name] + sum(known.get(one, 0.0) * times for one, times in refers.items())
            todo.pop()
        return known[""]

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        owner = self._owners[-1]
        own = attributes.get("id", "")
        self._has_id.append(bool(own))
        if own:
            self._refers.setdefault(owner, Counter())[own] += 1
            self._refers.setdefault(own, Counter())
            self._owners.append(own)
            owner = own
        self._own[owner] += 1
        for attribute, value in attributes.items():
            if attribute.rpartition(":")[2] == "href" and _plain(name) != "a":
                if value.lstrip().lower().startswith("data:image/svg"):
                    raise ValueError("it holds another picture in SVG")
                self._refers[owner][value.removeprefix("#")] += 1
            for one in _REFERENCE.findall(value):
                self._refers[owner][one] += 1
        self._in_style += _plain(name) == "style"

    def _end(self, name: str) -> None:
        if self._has_id.pop():
            self._owners.pop()
        self._in_style -= _plain(name) == "style"

    def _characters(self, text: str) -> None:
        if self._in_style:
            self._styles.append(text)

    def _entity(self, *_: object) -> None:
        raise ValueError("it declares entities, which can grow without end")


def _plain(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(":")[2]
