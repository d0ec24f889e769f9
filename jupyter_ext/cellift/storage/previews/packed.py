"""Archives and compressed text: what a ZIP file lists, and the beginning of what gzip holds."""

from __future__ import annotations

import struct
import zlib

from cellift.storage.previews.api import HEAD, ROWS, Preview, Sample
from cellift.storage.previews.tables import separated
from cellift.storage.previews.text import decoded

_END = b"PK\x05\x06"
_MEMBER = b"PK\x01\x02"


class Zip:
    """A ZIP file (and .npz, .jar, .docx): its directory is at its end (PKWARE's APPNOTE, 4.3.12 and 4.3.16)."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its first bytes."""
        return head[:4] in (b"PK\x03\x04", _END)

    def preview(self, sample: Sample, head: bytes) -> Preview:  # noqa: ARG002
        """The members with their sizes."""
        length = min(sample.size, HEAD + 22)
        tail = sample.range(sample.size - length, length)
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise ValueError("it has no directory")
        count, size, start = struct.unpack("<HII", tail[at + 10 : at + 20])
        if size > 4 << 20 or start + size > sample.size:
            raise ValueError("its directory is larger than can be shown")
        directory = sample.range(start, size)
        rows: list[list[str | None]] = []
        place = 0
        while len(rows) < ROWS and directory[place : place + 4] == _MEMBER and len(directory) >= place + 46:
            whole, name, extra, comment = struct.unpack("<IHHH", directory[place + 24 : place + 34])
            text = directory[place + 46 : place + 46 + name].decode("utf-8", "replace")
            rows.append([text[:500], str(whole)])
            place += 46 + name + extra + comment
        columns = [("name", "text"), ("size in bytes", "number")]
        return Preview("table", f"An archive of {count} files.", count > len(rows), columns=columns, rows=rows)


class Gzip:
    """Compressed text or CSV: its first bytes are unpacked, and never more than a preview shows."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its first bytes."""
        return head[:3] == b"\x1f\x8b\x08"

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """As a table when it is one, else as text."""
        unpack = zlib.decompressobj(wbits=31)
        try:
            data = unpack.decompress(head, HEAD)
        except zlib.error as error:
            raise ValueError(str(error)) from None
        cut = not unpack.eof or sample.size > len(head)
        inner = sample.name.removesuffix(".gz")
        text = decoded(data, cut=cut)
        if text is None:
            return Preview("none", "Compressed by gzip; what is in it is no text.")
        if inner.endswith((".csv", ".tsv")):
            shown = separated(text, cut, "\t" if inner.endswith(".tsv") else "")
            shown.note = f"Compressed by gzip. {shown.note}"
            return shown
        return Preview("text", "Text, compressed by gzip.", cut, text=text, mime="text/plain")
