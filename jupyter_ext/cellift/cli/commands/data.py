"""List, copy and remove data in object stores, with the words and flags of MinIO's mc.

TARGET is CONNECTION/bucket/key, where the connection `local` is the tree of this machine, which is always there. A
path of this machine begins with ./, / or ~.
"""

from __future__ import annotations

from cellift.api.mc.arguments import configure, run

__all__ = ["configure", "run"]
