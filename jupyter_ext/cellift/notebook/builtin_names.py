"""The names that Python itself defines, the same whichever Python reads the notebook."""

from __future__ import annotations

import builtins

#: New in 3.11 and 3.13: the kernel may be newer than the Python that reads the notebook.
_NEWER = ("BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError")

BUILTIN_NAMES = frozenset((*dir(builtins), *_NEWER))
