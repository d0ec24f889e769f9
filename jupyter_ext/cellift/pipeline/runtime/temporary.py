"""Temporary folders that the notebook still has at the end of a step: they must outlive its process."""

from __future__ import annotations

import sys
import weakref
from typing import Any


def keep_temporary() -> None:
    """No ``TemporaryDirectory`` that is still open is removed with the process: later steps may have its path.

    As with ``mkdtemp``, who does not remove them leaves them to the system.
    """
    tempfile: Any = sys.modules.get("tempfile")
    if tempfile is None:
        return
    finalizers: Any = weakref.finalize
    for finalizer in list(finalizers._registry):
        if isinstance((finalizer.peek() or (None,))[0], tempfile.TemporaryDirectory):
            finalizer.detach()
