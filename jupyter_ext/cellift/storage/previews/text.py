"""Text, JSON, and pages of markup as their source."""

from __future__ import annotations

import codecs
import json

from cellift.storage.previews.api import HEAD, Preview, Sample

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MIMES = {
    ".py": "text/x-python",
    ".md": "text/markdown",
    ".yaml": "text/yaml",
    ".yml": "text/yaml",
    ".toml": "text/toml",
    ".xml": "text/xml",
    ".svg": "text/xml",
    ".sh": "text/x-sh",
    ".js": "text/javascript",
    ".ts": "text/typescript",
    ".sql": "text/x-sql",
    ".r": "text/x-rsrc",
}


def decoded(data: bytes, *, cut: bool) -> str | None:
    """The text that bytes are, or None when they are none; a character that the cut divides is left out."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    if b"\0" in data:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, not cut)
    except UnicodeDecodeError:
        pass
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data)
    return data.decode("latin-1") if controls * 100 < len(data) else None


class Plain:
    """Whatever is text; the bytes of anything else as a dump."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The first 64 KiB."""
        cut = sample.size > len(head)
        found = decoded(head, cut=cut)
        if found is None:
            few = head[:512]
            dump = _dump(few)
            return Preview("text", "Bytes, no text.", sample.size > len(few), len(few), text=dump, mime="text/plain")
        ending = sample.name[sample.name.rfind(".") :] if "." in sample.name else ""
        return Preview("text", "Text.", cut, len(head), text=found, mime=_MIMES.get(ending, "text/plain"))


class Json:
    """A JSON document: set out when it is whole."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name or type, and its first character."""
        named = sample.name.endswith((".json", ".geojson")) or "json" in sample.content_type
        return named and head.lstrip()[:1] in (b"{", b"[", b'"')

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """Set out, or the beginning as it is."""
        cut = sample.size > len(head)
        found = decoded(head, cut=cut)
        if found is None:
            raise ValueError("no text")
        if cut:
            return Preview("text", "JSON.", True, len(head), text=found, mime="application/json")
        found, cut = _set_out(json.loads(found))
        return Preview("text", "JSON.", cut, text=found, mime="application/json")


class Html:
    """A page: its source, which the browser may also show where nothing in it can act."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its name or type."""
        return sample.name.endswith((".html", ".htm", ".xhtml")) or sample.content_type.startswith("text/html")

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The source."""
        cut = sample.size > len(head)
        found = decoded(head, cut=cut)
        if found is None:
            raise ValueError("no text")
        note = "A page; its scripts do nothing here, and it loads nothing by itself."
        return Preview("html", note, cut, len(head), text=found, mime="text/html")


def _set_out(document: object) -> tuple[str, bool]:
    """A document with a line for each value, as far as it is shown, and whether there is more.

    Depth makes a small one large: what is not shown is not made.
    """
    pieces: list[str] = []
    length = 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(document):
        pieces.append(piece)
        length += len(piece)
        if length > 4 * HEAD:
            return "".join(pieces)[: 4 * HEAD], True
    return "".join(pieces), False


def _dump(data: bytes) -> str:
    lines = []
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row.hex(' '):<47}  {plain}")
    return "\n".join(lines)
