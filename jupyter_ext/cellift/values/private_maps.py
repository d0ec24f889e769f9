"""Whether anything was written to a private map of a file: the operating system copies each page that is.

Linux 6.7 and later look through the map itself (``PAGEMAP_SCAN``, https://docs.kernel.org/admin-guide/mm/pagemap.html);
before, the amounts in ``/proc/self/smaps`` tell, for which it looks through all that the process has. Elsewhere nothing
is known.
"""

from __future__ import annotations

import mmap
import re
import struct
from typing import NamedTuple

_MAP = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (.*(?:\n[A-Z].*)*)", re.MULTILINE)
# A page that was written to is a copy without a file. `Private_Dirty` also counts pages of the file itself that were
# not stored on the disk yet, as those of every value that an earlier step has just written.
_WRITTEN = re.compile(r"^(?:Anonymous|Swap): +([0-9]+)", re.MULTILINE)

_SCAN = 0xC0606610  # _IOWR('f', 16, struct pm_scan_arg)
_FILE, _PRESENT, _SWAPPED = 4, 8, 16


class Region(NamedTuple):
    """A private map of a file: its address and length in bytes in this process."""

    address: int
    size: int
    path: str


def clean(regions: set[Region]) -> set[Region]:
    """Those private maps of which no page has been written to; none when the operating system does not tell."""
    try:
        return {region for region in regions if not _has_copies(region)}
    except (OSError, ImportError):
        return _clean_by_amounts(regions)


def _has_copies(region: Region) -> bool:
    """Whether a page is there, or swapped out, that is none of the file. An OSError where the system cannot say."""
    import fcntl

    stop = -(-(region.address + region.size) // mmap.PAGESIZE) * mmap.PAGESIZE
    found = bytearray(24)  # struct page_region; one is enough
    at = _address(found)
    asked = struct.pack(
        "=12Q", 96, 0, region.address, stop, 0, at, 1, 1, _FILE, _FILE, _PRESENT | _SWAPPED, _FILE | _PRESENT | _SWAPPED
    )
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        return bool(fcntl.ioctl(file.fileno(), _SCAN, bytearray(asked)))


def _address(place: bytearray) -> int:
    import ctypes

    return ctypes.addressof(ctypes.c_char.from_buffer(place))


def _clean_by_amounts(regions: set[Region]) -> set[Region]:
    try:
        with open("/proc/self/smaps", encoding="ascii", errors="replace") as file:
            maps = _MAP.findall(file.read())
    except OSError:
        return set()
    known = set()
    for region in regions:
        # A part of a map with other rights has an entry of its own.
        parts = [
            _WRITTEN.findall(rest)
            for start, stop, rest in maps
            if int(start, 16) < region.address + region.size and int(stop, 16) > region.address
        ]
        if parts and all(amounts and set(amounts) == {"0"} for amounts in parts):
            known.add(region)
    return known
