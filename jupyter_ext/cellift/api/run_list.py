"""``cellift.runs()``: the newest runs as a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, overload

from cellift.api.handle import Run
from cellift.runs.store import RunStore

if TYPE_CHECKING:
    from cellift.runs.model import Summary


class RunList(Sequence[Run]):
    """Runs, newest first. Shows itself as a table; ``[0]`` is the newest `Run`."""

    def __init__(self, summaries: Sequence[Summary], store: RunStore) -> None:
        self._summaries = summaries
        self._store = store

    @property
    def records(self) -> list[Summary]:
        """The rows as JSON-like data, as ``cellift runs ls --json`` prints them."""
        return list(self._summaries)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> RunList: ...
    def __getitem__(self, index: int | slice) -> Run | RunList:
        if isinstance(index, slice):
            return RunList(self._summaries[index], self._store)
        return Run(self._summaries[index]["id"], self._store)

    def __len__(self) -> int:
        return len(self._summaries)

    def __repr__(self) -> str:
        from cellift.api.run_text import summary_lines

        if not self._summaries:
            return "No runs."
        return "\n".join(summary_lines(self._summaries))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        from cellift.api.run_html import runs_table

        return {"text/html": runs_table(self._summaries) if self._summaries else "No runs.", "text/plain": repr(self)}


def runs(limit: int | None = None, notebook: str | os.PathLike[str] | None = None, state: str | None = None) -> RunList:
    """Return the newest runs, of one *notebook* or in one *state* when given.

    *limit* is how many at most, by default the setting ``runs.limit`` (20). Raises `ValueError` for a state that does
    not exist.
    """
    from cellift.config.paths import home
    from cellift.runs import states

    if limit is None:
        from cellift.config.settings import RUNS_LIMIT, load_settings

        limit = load_settings()[RUNS_LIMIT]
    if state is not None:
        state = state.upper()
        if state not in states.ALL:
            raise ValueError(f"There is no state {state!r}. States: {', '.join(sorted(states.ALL))}.")
    path = None if notebook is None else os.path.abspath(notebook)  # noqa: PTH100 - as the record has it, links kept
    store = RunStore(home())
    with closing(store):
        return RunList(store.list(limit=limit, notebook=path, state=state)["runs"], store)
