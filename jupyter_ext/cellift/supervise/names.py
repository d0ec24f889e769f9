"""Environment variables that mark the processes of a run."""

from __future__ import annotations

RUN_ID = "CELLIFT_RUN_ID"
"""The run that a process belongs to: in every process of the run, which is how leftovers are found."""

TASK_TAG = "CELLIFT_TASK"
"""The task and attempt, padded to :data:`TAG_BYTES` so that a forked step can overwrite it in place."""

TAG_BYTES = 64

STEP_ENVIRONMENT = "CELLIFT_STEP_ENVIRONMENT"
"""JSON of variables for the run's programs that are not for the supervisor, which may be of another Python."""

READY = b"ready"
"""What a supervisor tells its caller when the record is open."""


def task_tag(task: str, attempt: int) -> str:
    """The mark of the processes of one attempt of a task: exactly ``TAG_BYTES`` ASCII characters."""
    tag = f"{task}.{attempt}"
    if len(tag) > TAG_BYTES:
        import zlib

        tag = f"{zlib.crc32(tag.encode()):08x}-{tag[-(TAG_BYTES - 9) :]}"
    return tag.ljust(TAG_BYTES, "_")
