"""``cellift.data("connection/bucket/key")``: buckets, folders and objects as Python values."""

from __future__ import annotations

from cellift.api.objects.handle import Data, data

__all__ = ["Data", "data"]
