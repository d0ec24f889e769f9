"""Secrets in the keyring of the operating system, by the package ``keyring`` where it is installed and works."""

from __future__ import annotations

import importlib
from typing import Any

_SERVICE = "cellift"


def keyring() -> Any | None:
    """The module, when there is one with a back end that keeps things safe; else None.

    The priority of a back end that fails, or has none to ask, is below 1; files of plain text have 0.5 and less.
    """
    try:
        module = importlib.import_module("keyring")
        return module if float(module.get_keyring().priority) >= 1 else None
    except Exception:  # noqa: BLE001 - each back end fails in its own way, and a file does as well
        return None


def put(box: Any, name: str, text: str) -> bool:
    """Keep a text under a name; False when the keyring does not want to (locked, no session)."""
    try:
        box.set_password(_SERVICE, name, text)
        return bool(box.get_password(_SERVICE, name) == text)
    except Exception:  # noqa: BLE001 - see above
        return False


def get(box: Any, name: str) -> str | None:
    """The text, or None when there is none or the keyring does not give it."""
    try:
        found = box.get_password(_SERVICE, name)
    except Exception:  # noqa: BLE001 - see above
        return None
    return found if isinstance(found, str) else None


def remove(box: Any, name: str) -> None:
    """Forget a text; that there is none is no error."""
    try:
        box.delete_password(_SERVICE, name)
    except Exception:  # noqa: BLE001 - see above
        return
