"""Shapes of the run record: what the CLI, REST and Python give (CONTRACTS, "Runs").

Types only: at run time these are plain dicts. ``run.schema.json`` beside this file says the same as JSON Schema.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Error(TypedDict):
    """Why a run or task failed; ``cell`` and ``line`` point into the notebook where there is such a place."""

    reason: str
    type: str | None
    message: str
    task: str | None
    cell: str | None
    line: int | None
    traceback: str | None
    code: str | None
    resumable: bool


class Source(TypedDict):
    """Where a run came from; ``snapshot`` is a path below the run's folder."""

    notebook: str | None
    cells: list[str]
    git: dict[str, Any] | None
    snapshot: str | None


class Metric(TypedDict):
    """One number that a task reported."""

    task: str
    key: str
    step: int
    time: str
    value: float


class Output(TypedDict):
    """One name that a task made; ``bytes`` is its stored size."""

    name: str
    type: str
    preview: str
    bytes: int


class Display(TypedDict):
    """A picture or table that a cell showed; ``file`` is relative to the task's folder below ``values``."""

    cell: str
    mime: str
    file: str


class Artifact(TypedDict):
    """Something on disk that a task wrote; ``uri`` is a path, ``stored`` its address in a store, if it is in one."""

    task: str
    name: str
    type: str
    uri: str
    bytes: int
    stored: str | None


class Warning(TypedDict):
    """A remark about the run that is no error."""

    code: str | None
    message: str
    task: str | None
    time: str


class Read(TypedDict):
    """An object of a store that a task reads, as it was when the run began.

    ``uri`` is ``cellift://CONNECTION/bucket/key``, ``name`` the variable with its local path (or empty), ``checksums``
    those that the store vouches for.
    """

    name: str
    uri: str
    etag: str
    version: str | None
    bytes: int
    checksums: dict[str, str]


class Task(TypedDict):
    """One step of a pipeline run."""

    id: str
    name: str
    kind: str
    state: str
    reason: str | None
    attempt: int
    started: str | None
    finished: str | None
    exit_code: int | None
    launch: str | None
    error: Error | None
    inputs: dict[str, str]
    reads: list[Read]
    outputs: list[Output]
    display: list[Display]
    resources: dict[str, Any]
    cells: list[str]


class _Head(TypedDict):
    """What a run and a row of a run table have in common; ``seq`` is the number of the last journal event in it."""

    id: str
    kind: str
    name: str
    state: str
    reason: str | None
    created: str
    started: str | None
    finished: str | None
    source: Source
    params: dict[str, Any]
    error: Error | None
    seq: int


class Run(_Head):
    """A run."""

    metrics: list[Metric]
    tasks: list[Task]
    artifacts: list[Artifact]
    warnings: list[Warning]


class Progress(TypedDict):
    """How many tasks are over, of how many."""

    done: int
    total: int


class Summary(_Head):
    """A row of a run table: the run without what grows with its tasks."""

    metric: Metric | None
    progress: Progress
    bytes: int | None


class ObjectUse(TypedDict):
    """A task that read or made an object of a store; ``role`` is ``read`` or ``made``, ``etag`` that of then."""

    run: str
    name: str
    task: str
    created: str
    role: str
    etag: str


class RunPage(TypedDict):
    """One page of runs, newest first; ``next`` is the cursor of the page after it."""

    runs: list[Summary]
    next: str | None


Event = dict[str, Any]
"""One journal line: ``seq``, ``time``, ``type`` and what the type carries."""
