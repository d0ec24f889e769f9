"""Files and folders to a store and back, with a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cellift.api.meter import CellBar, Shown
from cellift.api.objects.opened import opened
from cellift.storage.ahead import told
from cellift.storage.errors import StorageError
from cellift.storage.performing import perform_all
from cellift.storage.plan import Move
from cellift.storage.targets import Target
from cellift.storage.transfers.request import Request, planned

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def bring(source: Path, to: Target, *, progress: bool) -> None:
    """Copy a file or folder to what *to* names. Raises OSError, or StorageError for what could not be copied."""
    if not source.exists():
        raise FileNotFoundError(2, "there is no such file or folder", str(source))
    _copy(Request([source.absolute()], to), f"{source.name} to {to}", progress)


def fetch(source: Target, path: Path, *, progress: bool) -> Path:
    """Copy an object or folder to this machine; returns where it is."""
    folder = not source.key or source.key.endswith("/")
    name = (source.key.rstrip("/") or source.bucket).rpartition("/")[2]
    if folder or path.is_dir():
        _copy(Request([source], path), f"{source} to {path}", progress)
        return path / name
    from cellift.storage.place import Place
    from cellift.storage.transfer import download

    place = Place(opened(source.connection), *source)
    with _bar(f"{source} to {path}", progress) as bar:
        found = place.store.stat(place.bucket, place.key)
        bar.expect(found.size, False)
        download(place, path, moved=bar.moved, found=found)
    return path


def _copy(request: Request, title: str, progress: bool) -> None:
    problems: list[tuple[Move, Exception]] = []
    with _bar(title, progress) as bar:
        plan = planned(request, opened, lambda _: None)
        if progress:
            plan = told(plan, bar.expect)
        with closing(perform_all(plan, moved=bar.moved)) as outcomes:
            problems = [(move, error) for move, error in outcomes if error is not None]
    if problems:
        move, error = problems[0]
        more = f" {len(problems) - 1} more could not be copied." if len(problems) > 1 else ""
        raise StorageError(f"{move}: {error}{more}", getattr(error, "code", None)) from error


class _Bar(Protocol):
    """What tells how far it is; its methods are called in several threads."""

    def expect(self, count: int, more: bool) -> None: ...

    def moved(self, count: int) -> None: ...


class _NoBar:
    def expect(self, count: int, more: bool) -> None:
        pass

    def moved(self, count: int) -> None:
        pass


class _OnTerminal:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._expected = 0

    def expect(self, count: int, more: bool) -> None:
        self._expected += count
        self._progress.update(self._task, total=None if more else self._expected)

    def moved(self, count: int) -> None:
        self._progress.advance(self._task, count)


@contextmanager
def _bar(title: str, shown: bool) -> Iterator[_Bar]:
    if not shown:
        yield _NoBar()
        return
    if CellBar.is_possible():
        cell = CellBar(title)
        shown_in_cell = Shown(cell.show)
        is_whole = False
        try:
            yield shown_in_cell
            is_whole = True
        finally:
            with shown_in_cell.lock:
                cell.end(shown_in_cell.meter, whole=is_whole)
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TaskProgressColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
    )
    with Progress(*columns, transient=True) as progress:
        yield _OnTerminal(progress, progress.add_task(title, total=None))
