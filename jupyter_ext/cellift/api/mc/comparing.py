"""``diff`` and ``mirror``: how two folders differ, and making the second one like the first."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from cellift.api.mc.asking import agreed
from cellift.api.mc.errors import CommandError, UsageError
from cellift.api.mc.flags import wanted_of
from cellift.api.mc.places import opener, parse
from cellift.api.mc.progress import Progress
from cellift.api.mc.rows import print_json
from cellift.api.mc.telling import telling
from cellift.api.words import plural
from cellift.storage.api import ObjectInfo
from cellift.storage.errors import BadNameError
from cellift.storage.likeness import by_checksums, by_etags
from cellift.storage.overlap import is_within
from cellift.storage.performing import perform_all
from cellift.storage.place import Place
from cellift.storage.plan import Move, Opener, path_below
from cellift.storage.removing import remove_in_groups
from cellift.storage.shown import shown
from cellift.storage.targets import LocalPath, Target
from cellift.storage.walk import is_folder, objects

End = LocalPath | Target


class Entry(NamedTuple):
    """A file or object, by its name below the folder that is compared."""

    size: int
    modified: datetime | None
    etag: str = ""


def diff(args: Namespace) -> int:
    """Names that only one side has (``<``, ``>``) and those that differ (``!``), as mc's diff tells them.

    Of the same size, they differ where both sides know of their content, and know another one.
    """
    first, second = parse(args.first), parse(args.second)
    opened = opener()
    left, right = _entries(first, opened), _entries(second, opened)
    records = []
    for name in sorted(left.keys() | right.keys()):
        if name not in right:
            what, sign = "only-in-first", "<"
        elif name not in left:
            what, sign = "only-in-second", ">"
        elif left[name].size != right[name].size:
            what, sign = "size", "!"
        elif by_etags(left[name].etag, right[name].etag) is False and not _is_alike(first, second, name, opened):
            what, sign = "content", "!"
        else:
            continue
        records.append({"name": name, "difference": what})
        if not args.json:
            print(f"{sign} {shown(name)}")
    if args.json:
        print_json(records)
    return 0


def mirror(args: Namespace) -> int:
    """Copy what the target lacks; ``--overwrite``: also what differs; ``--remove``: remove what is only there.

    What is removed is asked about first, as by ``rm --recursive``.
    """
    if args.watch:
        raise UsageError(
            "--watch is refused: a copy that goes on unseen would spread a mistake as soon as it is made. "
            "Leave it out, and call mirror again when there is something new: it copies only that"
        )
    source, to = parse(args.source), parse(args.target)
    if isinstance(source, LocalPath) and isinstance(to, LocalPath):
        raise UsageError("both are paths of this machine: use `rsync` or `cp`")
    opened = opener()
    _check_apart(source, to, opened, remove=args.remove)
    left, right = _entries(source, opened), _entries(to, opened, may_lack=True)
    for names in (left, right):
        for name in [one for one in names if any(fnmatchcase(one, pattern) for pattern in args.exclude)]:
            del names[name]
    ages = wanted_of(args)
    wanted: list[str] = []
    differing: list[str] = []
    for name, entry in sorted(left.items()):
        if not ages.takes(ObjectInfo(name, entry.size, entry.modified), name):
            continue  # what the target has of it is not removed: the source has it
        if name not in right:
            wanted.append(name)
        elif entry.size != right[name].size or (
            _differs(entry, right[name]) and not _is_alike(source, to, name, opened)
        ):
            (wanted if args.overwrite else differing).append(name)
    extra = sorted(right.keys() - left.keys()) if args.remove else []
    if args.dry_run:
        records = [{"name": one, "would": "copy"} for one in wanted] + [
            {"name": one, "would": "remove"} for one in extra
        ]
        if args.json:
            print_json(records)
        for record in records if not args.json else ():
            print(f"would {record['would']} {shown(record['name'])}")
        return 0
    if extra and not args.force and not agreed(f"{plural(len(extra), 'object')} that only {to} has", args):
        return 1
    failed = False
    done: list[dict[str, str]] = []
    with Progress(sys.stderr, telling(args), quiet=args.quiet) as progress:
        progress.expect(sum(left[name].size for name in wanted), False)
        plan = (_move(source, to, name, opened, left[name].size) for name in wanted)
        with closing(perform_all(plan, moved=progress.moved, warn=progress.warn)) as outcomes:
            for move, error in outcomes:
                failed = failed or error is not None
                if error:
                    progress.warn(f"cellift: {move}: {error}")
                else:
                    progress.say(str(move))
                done.append({"name": str(move.source), "status": "error" if error else "success"})
        # Only after every copy has come: a name that was changed is never gone from both sides.
        if extra and not failed:
            for name, reason in _remove(to, extra, opened).items():
                failed = True
                progress.warn(f"cellift: {shown(name)} was not removed: {reason}")
            done += [{"name": name, "status": "removed"} for name in extra]
        for name in differing:
            progress.warn(f"cellift: {shown(name)} differs, and stays: give --overwrite to replace it")
    if args.json:
        print_json(done)
    return 1 if failed or differing else 0


def _entries(end: End, opened: Opener, *, may_lack: bool = False) -> dict[str, Entry]:
    if isinstance(end, Target):
        if not end.bucket:
            raise UsageError(f"{end} names no bucket; write {end.connection}/BUCKET")
        start = len(end.folder)
        store = opened(end.connection)
        found = {
            info.key[start:]: Entry(info.size, info.modified, info.etag)
            for info in objects(store, end.bucket, end.folder)
            if not info.key.endswith("/")
        }
        # A folder that is misspelt looks like an empty one: to mirror it would remove all that the target has.
        if not found and end.key and not may_lack and not is_folder(store, end.bucket, end.folder):
            raise CommandError(f"{end} is no folder.")
        return found
    if not end.path.is_dir():
        if may_lack and not end.path.exists():
            return {}
        raise CommandError(f"{end} is no folder.")
    return dict(_files(end.path))


def _files(folder: Path) -> Iterator[tuple[str, Entry]]:
    for at, _, names in os.walk(folder):
        for name in names:
            file = Path(at, name)
            if file.is_file():
                state = file.stat()
                modified = datetime.fromtimestamp(state.st_mtime, timezone.utc)
                yield file.relative_to(folder).as_posix(), Entry(state.st_size, modified)


def _check_apart(source: End, to: End, opened: Opener, *, remove: bool) -> None:
    """Refuse to mirror a place into itself, and to remove from a place that holds the source what the source lacks."""
    if is_within(to, source, opened):
        raise CommandError(f"{to} is or lies in {source}, which is to be copied. Name a place outside of it.")
    if remove and is_within(source, to, opened):
        raise CommandError(
            f"{source} lies in {to}: --remove would remove it, as it is not what {to} is to hold. Leave --remove out."
        )


def _differs(source: Entry, there: Entry) -> bool:
    """Whether one of the same size may be another one: by its etag, or else as it was written since the copy was."""
    if (same := by_etags(source.etag, there.etag)) is not None:
        return not same
    return source.modified is not None and there.modified is not None and source.modified > there.modified


def _is_alike(source: End, to: End, name: str, opened: Opener) -> bool:
    """Whether checksums say that both have the same content, for all that times and etags say."""
    ends = [end.path / name if isinstance(end, LocalPath) else _place(end, name, opened) for end in (source, to)]
    return by_checksums(ends[0], ends[1]) is True


def _move(source: End, to: End, name: str, opened: Opener, size: int) -> Move:
    start = source.path / name if isinstance(source, LocalPath) else _place(source, name, opened)
    if isinstance(to, Target):
        return Move(start, _place(to, name, opened), size=size)
    try:
        return Move(start, path_below(to.path, name), size=size)
    except BadNameError as error:
        return Move(start, to.path, error, size)


def _place(end: Target, name: str, opened: Opener) -> Place:
    return Place(opened(end.connection), end.connection, end.bucket, end.folder + name)


def _remove(to: End, names: list[str], opened: Opener) -> dict[str, str]:
    if isinstance(to, LocalPath):
        for name in names:
            path_below(to.path, name).unlink(missing_ok=True)
        return {}
    failed: dict[str, str] = {}
    for _, wrong in remove_in_groups(opened(to.connection), to.bucket, (to.folder + name for name in names)):
        failed |= wrong
    return failed
