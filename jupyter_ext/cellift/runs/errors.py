"""What can go wrong when a run is looked up or removed."""

from __future__ import annotations


class RunStoreError(Exception):
    """Base: the message is fit for users."""


class RunNotFoundError(RunStoreError):
    """No run has this id or prefix."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"No run has an id that starts with {wanted!r}. `cellift runs ls` lists the runs.")
        self.wanted = wanted


class AmbiguousRunError(RunStoreError):
    """A prefix fits several runs; ``candidates`` are their ids, newest first."""

    def __init__(self, wanted: str, candidates: list[str]) -> None:
        shown = ", ".join(candidates[:5]) + (" and more" if len(candidates) > 5 else "")
        super().__init__(
            f"{len(candidates)} runs have an id that starts with {wanted!r}: {shown}. More characters tell them apart."
        )
        self.wanted = wanted
        self.candidates = candidates


class RunActiveError(RunStoreError):
    """The run is still going on, so its folder stays."""

    def __init__(self, run_id: str, state: str) -> None:
        super().__init__(f"Run {run_id} is {state.lower()}. Cancel it first: `cellift runs cancel {run_id}`.")
        self.run_id = run_id
        self.state = state


class RunBrokenError(RunStoreError):
    """The run's folder has no readable creation record."""

    def __init__(self, run_id: str, why: str) -> None:
        super().__init__(f"The record of run {run_id} cannot be read: {why}.")
        self.run_id = run_id
