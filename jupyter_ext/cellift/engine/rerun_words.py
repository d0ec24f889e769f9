"""What people are told about changes that were found at run time. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellift.engine.revision import GENERATORS, PRINTED, STATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NEED, FILE = "need:", "file:"
TOGETHER = "together:"
"""That a task hands on what its outputs hold, as if it took that from itself."""


class Words:
    """Sentences with the names that the steps have in the notebook."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def why(self, now: Mapping[str, str], before: Mapping[str, tuple[str, int]]) -> str:
        """Why a task that had started from ``before`` runs again from ``now``: the most telling difference."""
        moved = {name: by for name, by in now.items() if name not in before or before[name][0] != by}
        for name, by in sorted(moved.items()):
            step = self._names[by]
            if name == TOGETHER:
                return "again: what it makes shares an object with what it took, and a step below changes that object"
            if name.startswith(FILE):
                return f"again: it had used {name[len(FILE) :]} before step {step} wrote it"
            if name == PRINTED:
                return f"again: it showed what a module prints that step {step} had imported before"
            if name in GENERATORS:
                return f"again: step {step} drew from {_plain(name)}, and this step goes on with the sequence"
            return f"again: step {step} changed {_quoted(name)}, which this step had taken before the change"
        gone = next((name for name in before if name not in now), None)
        if gone is not None:
            return f"again: step {self._names[before[gone][0]]} no longer changes {_quoted(gone)}"
        others = dict.fromkeys(self._names[by] for by in now.values())
        return f"again: what it took from {_listed(others)} was made again"

    def news(self, by: str, names: Mapping[str, Sequence[str]]) -> str:
        """A change that the code does not show, and who starts from it."""
        step = self._names[by]
        takers = dict.fromkeys(self._names[task] for tasks in names.values() for task in tasks)
        drawn = [name for name in names if name in GENERATORS]
        if len(drawn) == len(names):
            what = f"Step {step} drew from {_listed(map(_plain, drawn))}, which its code does not show"
            return f"{what}. The sequence goes on in {_listed(takers)}."
        what = f"Step {step} changed {_listed(map(_quoted, names))}, which its code does not show"
        plain = [name for name in names if ":" not in name]
        fix = f" Say so with {' '.join(f'--changes {name}' for name in plain)} on the step." if plain else ""
        return f"{what}. {_listed(takers)} started from the changed value.{fix}"

    def not_twice(self, task: str, file: str) -> str:
        """A step that would have to run again, but used what it had itself written over."""
        return (
            f"Step {self._names[task]} took something that an earlier step changed, so it has to run again; but it "
            f"also read {file} and wrote to it, and running again would do that twice. Put "
            "`--changes NAME` on the step that makes the change, and start from the files as they were."
        )

    def clash(self, earlier: str, later: str, file: str) -> str:
        """A file that a later step wrote before an earlier one was through with it."""
        first, second = self._names[earlier], self._names[later]
        return (
            f"Steps {first} and {second} used the file {file} at the same time: {second} wrote it, and {first}, which "
            f'comes before it in the notebook, read it. Say `--after "{first}"` on the cell of {second}, so that '
            "it waits, or make one step of the two; start from the files as they were."
        )

    def left(self, task: str, file: str) -> str:
        """A file that only a discarded attempt wrote."""
        return (
            f"Step {self._names[task]} ran twice, because an earlier step changed what it takes, and only its first "
            f"attempt wrote {file}. The notebook would not have that file. Put `--changes NAME` on the "
            "step that makes the change, and start from the files as they were."
        )


def _plain(name: str) -> str:
    return name[len(STATE) :] if name.startswith(STATE) else name


def _quoted(name: str) -> str:
    return f"the state of {_plain(name)}" if name.startswith(STATE) else f"`{name}`"


def _listed(items: Iterable[str]) -> str:
    found = list(items)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else "nothing"
