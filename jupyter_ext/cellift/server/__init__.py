"""The Jupyter server extension: REST under ``/cellift/api/`` and run events, a thin skin over the core rooms.

One module per resource. Nothing of the core is imported before a request needs it, so that the extension adds next
to nothing to the start of the server.
"""

from __future__ import annotations

from typing import Any


def extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension (``_jupyter_server_extension_points`` of the package calls this)."""
    from cellift.server.app import CelliftServer

    return [{"module": "cellift.server.app", "app": CelliftServer}]
