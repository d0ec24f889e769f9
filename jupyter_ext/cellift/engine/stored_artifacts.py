"""What a run has uploaded, and bringing it back where the local copy is gone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import artifact_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cellift.runs.model import Event


class NotAsRecordedError(Exception):
    """What came back is not what the run recorded; nothing of it is kept."""


def stored_files(events: Iterable[Event], task: str) -> dict[str, dict[str, Any]]:
    """Artifact -> address and files, of the last attempt of a task."""
    found: dict[str, dict[str, Any]] = {}
    attempt = 0
    for event in events:
        if event.get("task") == task and event.get("attempt", 0) > attempt:
            attempt, found = event["attempt"], {}
        if event["type"] == "artifact.stored" and event["task"] == task and event["attempt"] == attempt:
            found[event["name"]] = {"uri": event["uri"], "files": event["files"]}
    return found


def bring_back(folder: Path, events: Iterable[Event], task: str) -> None:
    """Fetch the files of a task that are missing in the run's folder, each verified by the digest of the journal.

    Nothing is done where nothing is missing, or nothing was uploaded. Raises StorageError, OSError,
    NotAsRecordedError.
    """
    for name, stored in stored_files(events, task).items():
        here = artifact_folder(folder, task, name)
        for file, wanted in stored["files"].items():
            target = here / file
            if not _is_below(target, here) or os.path.lexists(target):
                continue
            _fetch(stored["uri"] + file, target, wanted)


def _fetch(uri: str, target: Path, wanted: Mapping[str, Any]) -> None:
    from cellift.engine.upload_artifacts import sha256
    from cellift.storage.connections.opening import open_store
    from cellift.storage.place import Place
    from cellift.storage.targets import at_address
    from cellift.storage.transfer import download

    stored = at_address(uri)
    place = Place(open_store(stored.connection), *stored)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Under a name of its own until its digest is right: nobody is to read what somebody else has put there.
    with tempfile.TemporaryDirectory(prefix=".back-", dir=target.parent) as staged:
        came = Path(staged) / "file"
        download(place, came)
        if came.stat().st_size != wanted["bytes"] or sha256(came) != wanted["sha256"]:
            raise NotAsRecordedError(f"{place} is not what the run has uploaded: its digest differs.")
        came.replace(target)


def _is_below(path: Path, folder: Path) -> bool:
    return os.path.normpath(path).startswith(f"{os.path.normpath(folder)}{os.sep}")
