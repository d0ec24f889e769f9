"""The folder of all state: runs, their values and logs, the index."""

from __future__ import annotations

import os
from pathlib import Path


class HomeError(OSError):
    """The state folder cannot be found or made; the message says why and what to set."""


def home_path() -> Path:
    """Return where the state folder is or would be, as an absolute path, without making it.

    ``$CELLIFT_HOME``, else ``$XDG_DATA_HOME/cellift``, else ``~/.local/share/cellift``. A relative
    ``CELLIFT_HOME`` is taken from the working directory; a relative ``XDG_DATA_HOME`` is ignored, as
    the XDG specification asks.
    """
    own = os.environ.get("CELLIFT_HOME")
    if own:
        # The supervisor of a run has another working directory than its caller: always absolute.
        return Path(os.path.abspath(_expand(own)))  # noqa: PTH100 - Path.resolve() would follow links
    shared = os.environ.get("XDG_DATA_HOME")
    if shared and os.path.isabs(shared):  # noqa: PTH117
        return Path(shared) / "cellift"
    return Path(_expand("~/.local/share")) / "cellift"


def home() -> Path:
    """Return the state folder, made with mode 0700 when it is not there yet.

    Raises `HomeError` when it cannot be made.
    """
    path = home_path()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"The folder {path} for Cellift's runs cannot be made: {error.strerror or error}. "
            "Set CELLIFT_HOME to a folder that can be written."
        ) from error
    return path


def _expand(text: str) -> str:
    expanded = os.path.expanduser(text)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    if expanded.startswith("~"):
        raise HomeError(f"No home folder is known for {text}. Set CELLIFT_HOME to a folder that can be written.")
    return expanded
