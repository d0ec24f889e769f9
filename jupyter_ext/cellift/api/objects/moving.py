"""Files and folders to a store and back, with a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cellift.api.objects.opened import opened
from cellift.storage.errors import StorageError
from cellift.storage.performing import perform_all
from cellift.storage.plan import Move
from cellift.storage.targets import Target
from cellift.storage.transfers.request import Request, planned


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

    with _bar(f"{source} to {path}", progress) as moved:
        download(Place(opened(source.connection), *source), path, moved=moved)
    return path


def _copy(request: Request, title: str, progress: bool) -> None:
    problems: list[tuple[Move, Exception]] = []
    with _bar(title, progress) as moved:
        plan = planned(request, opened, lambda _: None)
        with closing(perform_all(plan, moved=moved)) as outcomes:
            problems = [(move, error) for move, error in outcomes if error is not None]
    if problems:
        move, error = problems[0]
        more = f" {len(problems) - 1} more could not be copied." if len(problems) > 1 else ""
        raise StorageError(f"{move}: {error}{more}", getattr(error, "code", None)) from error


@contextmanager
def _bar(title: str, shown: bool) -> Iterator[Callable[[int], None]]:
    if not shown:
        yield lambda _: None
        return
    from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), DownloadColumn(binary_units=True), TransferSpeedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda count: progress.advance(task, count)
