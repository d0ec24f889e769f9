"""Contents paths, as the browser uses them, and files: there and back, by the rules of the contents manager."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cellift.server.errors import ApiError

# The drive of real-time collaboration shows the server's own files, so its prefix says nothing about where a file is.
_COLLABORATION_DRIVE = "RTC"


class ContentsPaths:
    """Maps contents paths to files below the server's root folder, and files to contents paths."""

    def __init__(self, contents_manager: Any) -> None:
        self._manager = contents_manager

    def file(self, path: str) -> Path:
        """The file of a contents path; it need not exist (a notebook that was never saved).

        Raises :class:`ApiError` 400 for what the contents manager would not serve either: a way out of the root
        folder, hidden files, other drives; and when the contents are not files at all.
        """
        local = _without_drive(path)
        parts = [part for part in local.split("/") if part not in {"", "."}]
        if ".." in parts or "\0" in local or (os.sep == "\\" and "\\" in local):
            raise ApiError(400, f"`path` {path!r} leads out of the folder that this server shows.")
        if not parts:
            raise ApiError(400, "`path` must name a notebook, not the root folder.")
        root = self._root()
        file = root.joinpath(*parts)
        if not self.shows_hidden and any(part.startswith(".") for part in parts):
            raise ApiError(400, f"`path` {path!r} is hidden, and this server does not show hidden files.")
        return file

    @property
    def shows_hidden(self) -> bool:
        """Whether this server shows files whose names begin with a dot."""
        return bool(getattr(self._manager, "allow_hidden", False))

    def root(self) -> Path:
        """The folder that this server shows; :class:`ApiError` 400 when its contents are not files."""
        return self._root()

    def contents(self, file: str | None) -> str | None:
        """The contents path of a file, or None when it is not below the root folder."""
        if not file or not hasattr(self._manager, "root_dir"):
            return None
        root = self._root()
        for base, candidate in ((root, Path(file)), (Path(os.path.realpath(root)), Path(os.path.realpath(file)))):
            if candidate.is_relative_to(base):
                return candidate.relative_to(base).as_posix()
        return None

    def _root(self) -> Path:
        root = getattr(self._manager, "root_dir", None)
        if not root or not hasattr(self._manager, "_get_os_path"):
            raise ApiError(
                400,
                "This Jupyter server does not keep its notebooks as files on its own machine, "
                "so a run has no folder to work in. Copy the notebook to a server that does.",
            )
        return Path(os.path.abspath(os.path.expanduser(root)))  # noqa: PTH100, PTH111  (links are kept as Jupyter does)


def _without_drive(path: str) -> str:
    """The path without the prefix of the collaboration drive; other drives are refused."""
    drive, separator, rest = path.partition(":")
    if not separator or "/" in drive:
        return path
    if drive == _COLLABORATION_DRIVE:
        return rest
    raise ApiError(
        400,
        f"`path` {path!r} is on the drive {drive!r}, which this machine cannot reach as files. "
        "Copy the notebook into the server's own file browser first.",
    )
