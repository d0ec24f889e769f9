"""Files that steps hand to each other where each has a folder of its own: the artifact ``files`` of a step.

It has what the step's own code made, changed or removed below its working folder: ``index.json``, and the contents in
``files.tar``. Who takes it puts the files in place before its code runs, step after step as in the document.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import stat
import tarfile
import tempfile
from typing import Any, NamedTuple

from ...values import ValuesError
from .file_guard import FileGuard
from .spec import FilesFrom, StepInput

INDEX = "index.json"
ARCHIVE = "files.tar"
_SHOWN = 3
_NEVER = frozenset({"__pycache__", ".ipynb_checkpoints"})


class TooManyBytesError(ValuesError):
    """A step wrote more than what travels."""

    code = "CL608"


class TwoVersionsError(ValuesError):
    """Two steps wrote one file, and neither had the other's."""

    code = "CL609"


class _Entry(NamedTuple):
    """What tells whether a file is another one than before. A folder is there or not."""

    kind: str
    size: int = 0
    changed: int = 0
    status: int = 0
    inode: int = 0


def enter_own_folder() -> None:
    """Where a container starts in ``/``, or where nobody may write, the step works in a folder of its own."""
    here = os.getcwd()
    if here == os.path.sep or not os.access(here, os.W_OK | os.X_OK):
        os.chdir(tempfile.mkdtemp(prefix="cellift-work-"))


class CarriedFiles:
    """The files of one step: call :meth:`take`, then :meth:`begin` before its own code, :meth:`give` behind it."""

    def __init__(self, step: StepInput) -> None:
        self._step = step
        self._base = os.path.realpath(os.getcwd())
        ours = [step.folder, step.files_folder, step.output_file, *step.inputs.values()]
        self._skipped = {os.path.realpath(path) for path in [*ours, *(one.folder for one in step.files)] if path}
        home = os.path.realpath(os.path.expanduser("~"))
        # In a home folder, hidden folders are of tools: caches, settings, environments.
        self._tools = os.path.join(home, "").startswith(os.path.join(self._base, ""))
        self._from: dict[str, int] = {}
        self._gone: set[str] = set()
        self._before: dict[str, _Entry] | None = None
        self._guard = FileGuard(None)

    def take(self) -> None:
        """Put the files of the steps above in place."""
        for source in self._step.files:
            self._take(source)
        importlib.invalidate_caches()

    def begin(self) -> None:
        """From here on it is the step's own code that writes."""
        if self._step.files_most and self._before is None:
            self._before = self._look()
            self._guard.start()
            self._guard.own()

    def give(self) -> dict[str, Any]:
        """Write the artifact, if somebody takes it; its index."""
        if not self._step.files_folder:
            return {}
        self.begin()  # a step may have no code of its own
        before, now = (self._before or {}, self._look()) if self._step.files_most else ({}, {})
        written = self._guard.written
        changed = [
            path
            for path, entry in now.items()
            if before.get(path) != entry
            or (path in written and entry.kind == "file")
            or (self._step.files_hand_on and path in self._from)
        ]
        gone = {path for path in before if path not in now}
        if self._step.files_hand_on:
            gone |= {path for path in self._gone if path not in now}
        self._check_size({path: now[path].size for path in changed})
        index: dict[str, Any] = {
            "v": 1,
            "files": {path: self._told(path, now[path].kind) for path in sorted(changed)},
            "gone": sorted(gone),
        }
        os.makedirs(self._step.files_folder, exist_ok=True)
        with tarfile.open(os.path.join(self._step.files_folder, ARCHIVE), "w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(changed):
                archive.add(os.path.join(self._base, path), path, recursive=False)
        with open(os.path.join(self._step.files_folder, INDEX), "w", encoding="utf-8") as file:
            json.dump(index, file)
        return index

    def _told(self, path: str, kind: str) -> dict[str, Any]:
        """``from``: the place of the step whose version it changed; ``anew``: written without a look at any."""
        told: dict[str, Any] = {"kind": kind}
        if path in self._from:
            told["from"] = self._from[path]
        if path in self._guard.written and path not in self._guard.read:
            told["anew"] = True
        return told

    def _check_size(self, sizes: dict[str, int]) -> None:
        total, most = sum(sizes.values()), self._step.files_most
        if total <= most:
            return
        largest = sorted(sizes, key=lambda path: (-sizes[path], path))[:_SHOWN]
        told = ", ".join(f"{path} ({sizes[path] / 2**20:,.1f} MiB)" for path in largest)
        raise TooManyBytesError(
            f"Step {self._step.name} wrote files of {total / 2**20:,.1f} MiB that later steps may read; "
            f"{most / 2**20:,.0f} MiB travel from step to step. The largest: {told}. Write large data to a store or a "
            "volume, remove what no step needs, or raise the setting pipeline.files_mib and compile again."
        )

    def _take(self, source: FilesFrom) -> None:
        try:
            with open(os.path.join(source.folder, INDEX), encoding="utf-8") as file:
                index = json.load(file)
            for path in sorted(index["gone"], reverse=True):
                self._remove(self._place(path))
                self._from.pop(path, None)
                self._gone.add(path)
            with tarfile.open(os.path.join(source.folder, ARCHIVE)) as archive:
                for path, told in sorted(index["files"].items()):
                    self._check_version(path, told, source)
                    self._put(archive, path, told["kind"])
                    self._from[path] = source.order
        except (OSError, ValueError, KeyError, tarfile.TarError) as error:
            raise ValuesError(f"The files of step {source.name} cannot be put in place: {error}.") from error

    def _check_version(self, path: str, told: dict[str, Any], source: FilesFrom) -> None:
        """A file that was changed has to be changed from the version that is here now."""
        here = self._from.get(path, -1)
        if told["kind"] != "folder" and not told.get("anew") and here > told.get("from", -1):
            other = next((one.name for one in self._step.files if one.order == here), "another step")
            raise TwoVersionsError(
                f"Steps {other} and {source.name} both wrote {path}, side by side, so step {self._step.name} would get "
                f"the changes of one of them only. Write the name of the file in the code of step {source.name}, so "
                "that it runs after the other one, or let each step write a file of its own."
            )

    def _put(self, archive: tarfile.TarFile, path: str, kind: str) -> None:
        member, place = archive.getmember(path), self._place(path)
        if kind == "folder":
            if os.path.lexists(place) and (os.path.islink(place) or not os.path.isdir(place)):
                os.unlink(place)
            os.makedirs(place, exist_ok=True)
            os.chmod(place, stat.S_IMODE(member.mode) | stat.S_IRWXU)
            return
        if os.path.lexists(place):
            self._remove(place, whole=True)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if kind == "link":
            os.symlink(member.linkname, place)
            return
        content = archive.extractfile(member)
        if content is None:
            raise ValueError(f"{path} has no content")
        with content, open(place, "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        os.chmod(place, stat.S_IMODE(member.mode))
        os.utime(place, (member.mtime, member.mtime))

    def _place(self, path: str) -> str:
        parts = path.split("/")
        if os.path.isabs(path) or ".." in parts or "" in parts:
            raise ValueError(f"{path!r} is no name of a file below the working folder")
        return os.path.join(self._base, *parts)

    def _remove(self, place: str, whole: bool = False) -> None:
        if os.path.isdir(place) and not os.path.islink(place):
            if whole:
                shutil.rmtree(place)
            elif not os.listdir(place):
                os.rmdir(place)
        elif os.path.lexists(place):
            os.unlink(place)

    def _look(self) -> dict[str, _Entry]:
        """Everything below the working folder that may travel, by path with ``/``."""
        found: dict[str, _Entry] = {}
        device = os.stat(self._base).st_dev
        waiting = [self._base]
        while waiting:
            folder = waiting.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            for entry in entries:
                if entry.name in _NEVER or entry.path in self._skipped or entry.name.endswith(".pyc"):
                    continue
                try:
                    seen = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                path = os.path.relpath(entry.path, self._base).replace(os.sep, "/")
                if stat.S_ISLNK(seen.st_mode):
                    found[path] = _Entry("link", 0, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
                elif stat.S_ISREG(seen.st_mode):
                    found[path] = _Entry("file", seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
                elif stat.S_ISDIR(seen.st_mode) and seen.st_dev == device:  # what is mounted is no file of a step
                    if self._tools and entry.name.startswith("."):
                        continue
                    found[path] = _Entry("folder")
                    waiting.append(entry.path)
        return found
