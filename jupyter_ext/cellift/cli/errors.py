"""Errors as the last line on standard error, and the exit code that goes with them."""

from __future__ import annotations

from cellift.api.mc.errors import CommandError, UsageError

__all__ = ["CommandError", "UsageError", "explain"]


def explain(error: Exception) -> tuple[str, int]:
    """Return the text for the user and the exit code; loads rooms only now that something went wrong."""
    if isinstance(error, UsageError):
        return f"cellift: {error}", 2
    if isinstance(error, CommandError):
        return f"cellift: {error}", 1
    from cellift.notebook.diagnostics import RefusedError
    from cellift.runs.errors import RunStoreError

    if isinstance(error, RefusedError):
        from cellift.api.diagnostics_text import diagnostic_lines

        return "\n".join(diagnostic_lines(error.diagnostics)), 1
    from cellift.supervise.detach import LaunchError

    if isinstance(error, (RunStoreError, LaunchError)):
        return f"cellift: {error}", 1
    from cellift.storage.errors import StorageError

    if isinstance(error, StorageError):
        return f"cellift: {error}", 1
    if isinstance(error, OSError):
        if error.filename:
            return f"cellift: {error.filename}: {error.strerror or error}{_remedy(error)}", 1
        return f"cellift: {error}", 1
    return (
        f"cellift: internal error: {type(error).__name__}: {error}\n"
        "This is a fault in Cellift, not in the notebook. Run the same command with CELLIFT_DEBUG=1 for the traceback, "
        "and report it together with the output of `cellift doctor`.",
        1,
    )


def _remedy(error: OSError) -> str:
    """What helps when the state folder is the one that cannot be written."""
    import errno
    import os

    from cellift.config.paths import HomeError, home_path

    try:
        own = os.fspath(home_path())
    except HomeError:
        return ""
    if not os.fsdecode(error.filename).startswith(own):
        return ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ". Remove old runs with `cellift runs rm`, or set CELLIFT_HOME to a folder on another disk."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ". Set CELLIFT_HOME to a folder that can be written."
    return ""
