"""Pictures: shown by the browser itself, with their size in pixels from the header."""

from __future__ import annotations

import struct

from cellift.storage.previews.api import MOST, Preview, Sample

_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    (b"\xff\xd8\xff", "image/jpeg", "JPEG"),
    (b"GIF87a", "image/gif", "GIF"),
    (b"GIF89a", "image/gif", "GIF"),
    (b"BM", "image/bmp", "BMP"),
)


class Picture:
    """PNG, JPEG, GIF, WebP and BMP, told by their first bytes and not by their name."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its first bytes."""
        return _sign(head) is not None

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """Type and size in pixels; the browser fetches the bytes, when there are at most 5 MiB."""
        sign = _sign(head)
        assert sign is not None
        mime, name = sign
        width, height = _pixels(mime, head)
        note = f"{name}, {width} x {height} pixels." if width else f"{name}."
        if sample.size > MOST:
            return Preview("none", f"{note} It is larger than {MOST >> 20} MiB: download it to see it.")
        return Preview("image", note, mime=mime)


def _sign(head: bytes) -> tuple[str, str] | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", "WebP"
    for sign, mime, name in _SIGNS:
        if head.startswith(sign) and (sign != b"BM" or head[6:10] == b"\0\0\0\0"):
            return mime, name
    return None


def _pixels(mime: str, head: bytes) -> tuple[int, int]:
    try:
        if mime == "image/png":
            return struct.unpack(">II", head[16:24])
        if mime == "image/gif":
            return struct.unpack("<HH", head[6:10])
        if mime == "image/bmp":
            width, height = struct.unpack("<ii", head[18:26])
            return width, abs(height)
        if mime == "image/jpeg":
            return _jpeg(head)
    except struct.error:
        pass
    return 0, 0


def _jpeg(head: bytes) -> tuple[int, int]:
    """The first frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + max(struct.unpack(">H", head[at + 2 : at + 4])[0], 2)
    return 0, 0
