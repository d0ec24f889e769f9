"""The stores that `cellift.data` has open in this process."""

from __future__ import annotations

from cellift.storage.connections.opened import OpenStores

opened = OpenStores().open
