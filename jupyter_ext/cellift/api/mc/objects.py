"""``stat``, ``cat`` and ``head`` of objects; ``mb`` and ``rb`` of buckets; ``rm``."""

from __future__ import annotations

import codecs
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cellift.api.mc.asking import agreed
from cellift.api.mc.errors import CommandError, UsageError
from cellift.api.mc.flags import wanted_of
from cellift.api.mc.places import a_bucket, an_object, in_bucket, in_store, opener
from cellift.api.mc.rows import moment, print_json
from cellift.api.mc.telling import tell
from cellift.api.table import columns
from cellift.api.words import plural, size, when
from cellift.storage.api import Feature, ObjectInfo, Store
from cellift.storage.errors import BucketExistsError, BucketNotEmptyError, NotFoundError, StorageError
from cellift.storage.place import Place
from cellift.storage.removing import remove_in_groups
from cellift.storage.shown import quoted, shown
from cellift.storage.targets import Target
from cellift.storage.transfer import steady, whole
from cellift.storage.walk import is_folder, objects

if TYPE_CHECKING:
    from cellift.runs.model import ObjectUse

_MOST_RUNS = 5
# Controls but for the end of a line and the tab: a terminal would obey them.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def stat(args: Namespace) -> int:
    """All that is known of objects, or of buckets."""
    records = []
    opened = opener()
    version = _version(args)
    for text in args.targets:
        target = in_bucket(text) if version is None else an_object(text)
        store = opened(target.connection)
        if target.key:
            found = store.stat(target.bucket, target.key, version=version)
            records.append(_stat_record(target, found) | {"runs": _runs(target)})
        else:
            store.page(target.bucket, limit=1)
            records.append({"name": f"{target}/", "type": "folder"})
    if args.json:
        print_json(records)
    else:
        print("\n\n".join("\n".join(_stat_lines(record)) for record in records))
    return 0


def cat(args: Namespace) -> int:
    """The bytes of objects, one after the other."""
    if args.tail is not None and (args.offset or args.tail < 0):
        raise UsageError("--tail is a number of bytes from the end, and excludes --offset")
    if args.offset < 0:
        raise UsageError(f"--offset {args.offset}: at least 0")
    version = _version(args)
    for place, found in _found(args.targets, version):
        start = args.offset if args.tail is None else max(found.size - args.tail, 0)
        is_all = start == 0 and version is None
        with closing(whole(place, found) if is_all else _read(place, found, version, start)) as pieces:
            _put_out(pieces)
    return 0


def head(args: Namespace) -> int:
    """The first lines of objects."""
    if args.lines < 0:
        raise UsageError(f"--lines {args.lines}: at least 0")
    version = _version(args)
    for place, found in _found(args.targets, version):
        with closing(_read(place, found, version)) as pieces:
            _put_out(_lines(pieces, args.lines))
    return 0


def _version(args: Namespace) -> str | None:
    """The version that is named; UsageError where it cannot be that of all targets."""
    version: str | None = args.version_id
    several = getattr(args, "recursive", False) or getattr(args, "versions", False)
    if version is not None and (len(args.targets) > 1 or several):
        raise UsageError("--version-id is that of one object: name one TARGET, without --recursive and --versions")
    return version


def _read(place: Place, found: ObjectInfo, version: str | None, start: int = 0) -> Generator[bytes, None, None]:
    if version is None:
        return steady(place, found, start=start)
    return place.store.read(place.bucket, place.key, start=start, version=version)


def _found(targets: Iterable[str], version: str | None) -> Iterator[tuple[Place, ObjectInfo]]:
    """The objects, each looked up when it is its turn."""
    opened = opener()
    for target in map(an_object, targets):
        place = Place(opened(target.connection), *target)
        yield place, place.store.stat(place.bucket, place.key, version=version)


def mb(args: Namespace) -> int:
    """Make buckets."""
    opened = opener()
    made = []
    for target in map(a_bucket, args.targets):
        try:
            opened(target.connection).make_bucket(target.bucket)
        except BucketExistsError:
            if not args.ignore_existing:
                raise
        made.append(str(target))
    return _say("made", made, args)


def rb(args: Namespace) -> int:
    """Remove buckets; with ``--force``, all in them first."""
    opened = opener()
    removed = []
    for target in _all_buckets(args, opened) if args.dangerous else map(a_bucket, args.targets):
        store = opened(target.connection)
        if args.force:
            failed = _remove(store, target.bucket, (one.key for one in objects(store, target.bucket)), [])
            if failed:
                return _report(failed)
        try:
            store.remove_bucket(target.bucket)
        except BucketNotEmptyError:
            if not args.force or Feature.VERSIONS not in store.features:
                raise
            # What was removed is kept as versions, which go with their bucket.
            for one in _versions(store, target, recursive=True):
                store.remove(target.bucket, one.key, version=one.version or "null")
            store.remove_bucket(target.bucket)
        removed.append(str(target))
    return _say("removed", removed, args)


def _all_buckets(args: Namespace, opened: Callable[[str], Store]) -> Iterator[Target]:
    """The buckets that are named, and all those of a connection that is named as a whole."""
    if not args.force:
        raise UsageError("--dangerous removes all buckets of a connection with what is in them: give --force, too")
    for text in args.targets:
        target = in_store(text)
        if target.bucket:
            yield a_bucket(text)
        else:
            yield from _buckets_of(target, opened)


def _buckets_of(target: Target, opened: Callable[[str], Store]) -> Iterator[Target]:
    for bucket in opened(target.connection).buckets():
        yield Target(target.connection, bucket.name, "")


def rm(args: Namespace) -> int:
    """Remove objects, or with ``--recursive`` all below a prefix."""
    wanted = wanted_of(args)
    opened = opener()
    if (version := _version(args)) is not None:
        return _rm_version(an_object(args.targets[0]), version, opened, args)
    targets = [target for text in args.targets for target in _named(text, args, opened)]
    plan = [(target, opened(target.connection)) for target in targets]
    look = _versions if args.versions else _meant

    def meant(target: Target, store: Store) -> Iterator[ObjectInfo]:
        for info in look(store, target, recursive=args.recursive):
            if wanted.takes(info, f"{target.connection}/{target.bucket}/{info.key}"):
                yield info

    asks = args.recursive or args.versions
    if asks and not args.force and not args.dry_run and not _agreed(plan, meant, args):
        return 1
    removed: list[str] = []
    failed: dict[str, str] = {}
    for target, store in plan:
        at = f"{target.connection}/{target.bucket}/"
        keys = (info.key for info in meant(target, store))
        done: list[str] = []
        if args.versions:
            failed |= _remove_versions(store, target, meant(target, store), done, dry=args.dry_run)
        elif args.dry_run:
            done = list(keys)
        else:
            wrong = _remove(store, target.bucket, keys, done)
            failed |= {at + key: reason for key, reason in wrong.items()}
        removed += [at + key for key in done]
    _say("would be removed" if args.dry_run else "removed", removed, args)
    return _report(failed)


def _rm_version(target: Target, version: str, opened: Callable[[str], Store], args: Namespace) -> int:
    if args.older_than or args.newer_than:
        raise UsageError("--version-id names the version: --older-than and --newer-than say nothing more")
    store = opened(target.connection)
    if not args.dry_run:
        store.remove(target.bucket, target.key, version=version)
    return _say("would be removed" if args.dry_run else "removed", ["/".join(target)], args)


def _named(text: str, args: Namespace, opened: Callable[[str], Store]) -> Iterator[Target]:
    if not args.recursive:
        yield an_object(text)
        return
    target = in_store(text)
    if target.bucket:
        yield target
        return
    if not args.dangerous:
        raise UsageError(
            f"{target} names no bucket: all objects in all of its buckets would be removed. Write {target}/BUCKET, or "
            "give --dangerous when that is meant"
        )
    yield from _buckets_of(target, opened)


def _versions(store: Store, target: Target, *, recursive: bool) -> Iterator[ObjectInfo]:
    """All versions and delete markers of an object, or of all below a prefix."""
    found = False
    if recursive:
        for page in store.all_versions(target.bucket, target.folder, recursive=True):
            for info in page.objects:
                found = True
                yield info
        if found or not target.key:
            return
    for page in store.all_versions(target.bucket, target.key, recursive=True):
        for info in page.objects:
            if info.key != target.key:
                break
            found = True
            yield info
        else:
            continue
        break
    if not found:
        raise NotFoundError(f"{quoted(str(target))} has no versions: there is nothing of this name, or never was.")


def _remove_versions(
    store: Store, target: Target, found: Iterator[ObjectInfo], done: list[str], *, dry: bool
) -> dict[str, str]:
    """Remove versions one by one; gives what stayed, with the reason."""
    failed: dict[str, str] = {}
    for info in found:
        version = info.version or "null"
        name = f"{info.key} ({version})"
        try:
            if not dry:
                store.remove(target.bucket, info.key, version=version)
            done.append(name)
        except StorageError as error:
            failed[f"{target.connection}/{target.bucket}/{name}"] = str(error)
    return failed


def _meant(store: Store, target: Target, *, recursive: bool) -> Iterator[ObjectInfo]:
    if not recursive:
        try:
            yield store.stat(target.bucket, target.key)
        except NotFoundError:
            if is_folder(store, target.bucket, target.folder):
                raise CommandError(f"{target} is a folder: give --recursive to remove all in it.") from None
            raise
        return
    found = False
    for info in objects(store, target.bucket, target.folder):
        found = True
        yield info
    if not found and target.key:
        yield store.stat(target.bucket, target.key)  # a single object, or there is nothing of this name


def _agreed(plan: list[tuple[Target, Store]], meant: Any, args: Namespace) -> bool:
    count = total = 0
    for target, store in plan:
        for info in meant(target, store):
            count += 1
            total += info.size
    names = ", ".join(str(target) for target, _ in plan)
    what = f"{plural(count, 'version' if args.versions else 'object')} ({size(total)}) below {names}"
    return agreed(what, args)


def _remove(store: Store, bucket: str, keys: Iterable[str], done: list[str]) -> dict[str, str]:
    """Remove; gives what stayed, with the reason."""
    failed: dict[str, str] = {}
    for gone, wrong in remove_in_groups(store, bucket, keys):
        done += gone
        failed |= wrong
    return failed


def _report(failed: dict[str, str]) -> int:
    for name, reason in failed.items():
        print(f"cellift: {quoted(name)} was not removed: {reason}", file=sys.stderr)
    return 1 if failed else 0


def _say(what: str, names: list[str], args: Namespace) -> int:
    if args.json:
        print_json(names)
    else:
        for name in names:
            tell(f"{what} {shown(name)}", args)
    return 0


def _stat_record(target: Target, info: ObjectInfo) -> dict[str, Any]:
    record: dict[str, Any] = {"name": f"{target.connection}/{target.bucket}/{info.key}"}
    record |= {"type": "folder" if info.key.endswith("/") else "file", "size": info.size}
    record |= {"lastModified": moment(info.modified), "etag": info.etag, "contentType": info.content_type}
    record |= {"metadata": dict(info.metadata), "tags": dict(info.tags), "versionID": info.version}
    return record | {"checksums": dict(info.checksums)}


def _runs(target: Target) -> Sequence[ObjectUse]:
    """The runs that recorded the object."""
    from cellift.config.paths import home_path
    from cellift.runs.store import RunStore

    home = home_path()
    if not (home / "runs").is_dir():
        return []
    with closing(RunStore(home)) as store:
        return store.using(*target)


def _stat_lines(record: dict[str, Any]) -> list[str]:
    rows = [["Name", shown(record["name"])]]
    if "size" in record:
        rows += [["Date", record["lastModified"] or ""], ["Size", f"{size(record['size'])} ({record['size']} bytes)"]]
        rows += [
            ["ETag", shown(record["etag"])],
            ["Type", record["type"]],
            ["Content-Type", shown(record["contentType"])],
        ]
    else:
        rows.append(["Type", record["type"]])
    for title in ("metadata", "tags", "checksums"):
        rows += [[title.capitalize(), shown(f"{key}: {value}")] for key, value in record.get(title, {}).items()]
    if record.get("versionID"):
        rows.append(["Version", shown(record["versionID"])])
    for use in record.get("runs", ())[:_MOST_RUNS]:
        what = f"run {use['run']} ({shown(use['name'])}), step {use['task']}, {when(use['created'])}"
        earlier = use["etag"] and use["etag"] != record["etag"]
        rows.append([f"{use['role'].capitalize()} by", f"{what}, when it was another object" if earlier else what])
    return columns(rows)


def _lines(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        place = 0
        while count and place < len(piece):
            end = piece.find(b"\n", place)
            if end < 0:
                place = len(piece)
                break
            place = end + 1
            count -= 1
        yield piece[:place]
        if not count:
            return


def _put_out(pieces: Iterator[bytes]) -> None:
    """Write bytes as they are; to a terminal as text, with what it would obey written out."""
    # A notebook's standard output takes text alone.
    if not sys.stdout.isatty() and hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for piece in pieces:
        sys.stdout.write(_OBEYED.sub(lambda found: shown(found[0]), decoder.decode(piece)))
    sys.stdout.write(decoder.decode(b"", final=True))
