"""Which objects of stores a run read and made, by their ``cellift://`` addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cellift.runs.model import Run

SCHEME = "cellift://"


class Use(NamedTuple):
    """A task and an object, or a folder of objects (its address ends with a slash); ``role``: ``read`` or ``made``."""

    uri: str
    task: str
    role: str
    etag: str


def uses_of(run: Run) -> list[Use]:
    """All that a run records of objects."""
    read = [Use(one["uri"], task["id"], "read", one["etag"]) for task in run["tasks"] for one in task["reads"]]
    made = [Use(one["stored"], one["task"], "made", "") for one in run["artifacts"] if one["stored"]]
    return made + read


def addresses(connection: str, bucket: str, key: str) -> list[str]:
    """Under which addresses a run may have recorded the object: its own, and those of the folders that it is in."""
    parts = key.split("/")
    folders = ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]
    return [f"{SCHEME}{connection}/{bucket}/{name}" for name in (key, *reversed(folders))]
