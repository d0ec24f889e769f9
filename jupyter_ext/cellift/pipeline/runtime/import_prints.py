"""What a module prints while it is imported is seen once: not again where an earlier step has imported it."""

from __future__ import annotations

import sys
from _thread import get_ident
from typing import Any, Dict, Set, Tuple

from .muting import muted_now

PRINTED = "state:printed"

_printed: Set[str] = set()
"""Modules that printed while they were imported, here or in an earlier step."""
_quiet: Set[str] = set()
"""Those of earlier steps whose code has not run here yet; when it runs once more, it is reloaded."""


def read_printed(_: Any) -> Dict[str, Any]:
    """As a setting of the process: the modules."""
    return dict.fromkeys(_printed, True)


def write_printed(_: Any, module: str, __: Tuple[Any, ...]) -> None:
    """An earlier step has imported it."""
    _printed.add(module)
    if module not in sys.modules:
        _quiet.add(module)


class Printing:
    """While the code of a module runs: stands for ``sys.stdout.write``."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._quiet = module in _quiet
        self._printed = False
        self._thread = get_ident()
        _quiet.discard(module)
        self._stream: Any = sys.stdout
        self._attributes: Any = getattr(self._stream, "__dict__", {})
        self._before = self._attributes.get("write")
        self._write: Any = getattr(self._stream, "write", None)
        self._attributes["write"] = self

    def __call__(self, text: str) -> Any:
        """As ``write``."""
        mine = get_ident() == self._thread
        self._printed |= mine
        return len(text) if mine and self._quiet else self._write(text)

    def end(self, ran: bool) -> None:
        """It is over; one that failed is not imported."""
        if self._printed and ran and not muted_now:
            _printed.add(self._module)
        self._quiet = False  # somebody may have kept it
        if self._before is None:
            self._attributes.pop("write", None)
        else:
            self._attributes["write"] = self._before
