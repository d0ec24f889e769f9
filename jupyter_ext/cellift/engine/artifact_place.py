"""``[runs] artifacts``: where in a store what the steps of a run make is kept, too."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cellift.notebook.diagnostics import RefusedError, diagnose


class ArtifactPlace(NamedTuple):
    """A folder in a bucket of a connection; ``prefix`` is empty or ends with a slash."""

    connection: str
    bucket: str
    prefix: str

    def key(self, run_id: str, task: str, attempt: int, name: str) -> str:
        """The folder of an artifact. Each attempt has one of its own: what it leaves is never mixed with another's."""
        again = f".{attempt}" if attempt > 1 else ""
        return f"{self.prefix}{run_id}/{task}{again}/{name}/"


def read_place(text: str) -> ArtifactPlace:
    """The place that a text names. Raises ``ValueError`` with a text for the user."""
    from cellift.storage.targets import split_target

    connection, bucket, prefix = split_target(text)
    if not connection or not bucket:
        raise ValueError(f"{text} names no bucket: it is written as CONNECTION/bucket/prefix")
    return ArtifactPlace(connection, bucket, f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else "")


def configured_place(folder: Path) -> str:
    """What the settings say, or nothing. Raises RefusedError for what is no place of a known connection.

    No server is asked: that one does not answer is no reason not to run.
    """
    from cellift.config.settings import RUNS_ARTIFACTS, load_settings

    text = load_settings(folder).text(RUNS_ARTIFACTS)
    if not text:
        return ""
    from cellift.storage.connections.opening import open_store
    from cellift.storage.errors import StorageError

    try:
        open_store(read_place(text).connection)
    except (ValueError, StorageError) as error:
        raise RefusedError(
            [
                diagnose(
                    "CL615",
                    f"The setting {RUNS_ARTIFACTS.name} cannot be used: {error}",
                    fix=f"Correct it in cellift.toml or ${RUNS_ARTIFACTS.variable}, or leave it out.",
                )
            ]
        ) from None
    return text
