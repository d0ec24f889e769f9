"""``ls``, ``find``, ``du`` and ``tree``: what there is."""

from __future__ import annotations

import itertools
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from cellift.api.mc.errors import UsageError
from cellift.api.mc.flags import wanted_of
from cellift.api.mc.places import in_bucket, in_store, opener
from cellift.api.mc.rows import moment, object_line, object_record, print_json, print_list
from cellift.api.words import plural, size
from cellift.storage.api import ObjectInfo, Page, Store
from cellift.storage.connections.opening import connection_names
from cellift.storage.errors import NotFoundError
from cellift.storage.shown import quoted, shown
from cellift.storage.targets import Target
from cellift.storage.walk import Entry, entries, is_folder, objects


def ls(args: Namespace) -> int:
    """Connections, buckets of a connection, or what is below a prefix."""
    if args.target is None:
        names = connection_names()
        if args.json:
            print_json([{"key": f"{name}/", "type": "folder"} for name in names])
        else:
            print("\n".join(f"{shown(name)}/" for name in names))
        return 0
    target = in_store(args.target)
    store = opener()(target.connection)
    if not target.bucket:
        if args.recursive:
            raise UsageError(f"--recursive needs a bucket; write {target}/BUCKET")
        buckets = store.buckets()
        if args.json:
            print_list(
                {"key": f"{one.name}/", "type": "folder", "lastModified": moment(one.created)} for one in buckets
            )
        else:
            for one in buckets:
                print(object_line(f"{one.name}/", None))
        return 0
    if args.versions:
        return _versions(store, target, args)
    total = _Total()
    rows = total.of(_rows(store, target, recursive=args.recursive))
    if args.json:
        print_list(_record(row) for row in rows)
        return 0
    for row in rows:
        print(object_line(row.name, row.info))
    if args.summarize:
        print(f"\nTotal size: {size(total.bytes)}\nTotal objects: {total.objects}")
    return 0


def find(args: Namespace) -> int:
    """Objects below a prefix that all rules hold for."""
    if args.exec is not None:
        raise UsageError(
            "--exec is refused: whoever writes to a bucket chooses its keys, and a shell would obey them. Leave it "
            "out: find prints the objects, one a line, or as a list with --json"
        )
    wanted = wanted_of(args)
    target = in_bucket(args.target)
    store = opener()(target.connection)
    at = f"{target.connection}/{target.bucket}/"
    depth = args.maxdepth

    def found() -> Iterator[ObjectInfo]:
        for info in objects(store, target.bucket, target.folder):
            inside = info.key[len(target.folder) :]
            if (not depth or inside.rstrip("/").count("/") < depth) and wanted.takes(info, at + info.key):
                yield info

    if args.json:
        print_list(object_record(info, key=at + info.key) for info in found())
    else:
        for info in found():
            print(shown(at + info.key))
    return 0


def du(args: Namespace) -> int:
    """Bytes and objects below a prefix, and below the folders in it down to a depth."""
    target = in_bucket(args.target)
    store = opener()(target.connection)
    start = len(target.folder)
    sums: dict[str, _Total] = {target.folder: _Total()}
    for info in objects(store, target.bucket, target.folder):
        segments = info.key[start:].split("/")[:-1]
        deep = len(segments) if args.recursive else min(args.depth, len(segments))
        for count in range(deep + 1):
            folder = target.folder + "".join(f"{one}/" for one in segments[:count])
            sums.setdefault(folder, _Total()).add(info)
    at = f"{target.connection}/{target.bucket}"
    # What is inside comes before what holds it, as `du` has it.
    order = sorted(sums, reverse=True)
    if args.json:
        print_json(
            [
                {"prefix": f"{at}/{one}".rstrip("/"), "size": sums[one].bytes, "objects": sums[one].objects}
                for one in order
            ]
        )
        return 0
    for one in order:
        text = f"{size(sums[one].bytes):>10}  {plural(sums[one].objects, 'object'):>12}  "
        print(text + shown(f"{at}/{one}".rstrip("/")))
    return 0


def tree(args: Namespace) -> int:
    """Buckets and folders below a target (and objects, with ``--files``) as a tree."""
    target = in_store(args.target)
    store = opener()(target.connection)
    if args.json:
        print_list(_nodes(store, target.bucket, target.folder, args, 1) if target.bucket else _all_nodes(store, args))
        return 0
    print(target)
    for line in (
        _branches(store, target.bucket, target.folder, args, 1, "") if target.bucket else _all_branches(store, args)
    ):
        print(line)
    return 0


class _Total:
    """Bytes and number of objects."""

    def __init__(self) -> None:
        self.bytes = 0
        self.objects = 0

    def add(self, info: ObjectInfo) -> None:
        self.bytes += info.size
        self.objects += 1

    def of(self, rows: Iterator[Entry]) -> Iterator[Entry]:
        for row in rows:
            if row.info is not None:
                self.add(row.info)
            yield row


def _rows(store: Store, target: Target, *, recursive: bool) -> Iterator[Entry]:
    """What ``ls`` shows, with names relative to the folder that is listed."""
    bucket = target.bucket
    # The name of a folder lists what is in it; any other text, what begins with it.
    prefix = target.folder if is_folder(store, bucket, target.folder) else target.key
    base = prefix.rpartition("/")[0] + "/" if "/" in prefix else ""
    found = False
    rows = (
        (Entry(one.key, one) for one in objects(store, bucket, prefix)) if recursive else entries(store, bucket, prefix)
    )
    for row in rows:
        found = True
        yield Entry(row.name[len(base) :] or "./", row.info)
    if not found and target.key:
        raise NotFoundError(f"Nothing in the bucket {quoted(bucket)} begins with {quoted(target.key)}.")


def _versions(store: Store, target: Target, args: Namespace) -> int:
    """What ``ls --versions`` shows; a folder of which all was removed is one, too."""
    if args.summarize:
        raise UsageError("--summarize counts objects, and --versions lists more than those: leave one of them out")

    def pages(prefix: str) -> Iterator[Page]:
        return store.all_versions(target.bucket, prefix, recursive=args.recursive)

    prefix, listed = target.folder, pages(target.folder)
    first = next(listed, None)
    if first is not None and (first.objects or first.prefixes):
        listed = itertools.chain([first], listed)
    else:
        prefix, listed = target.key, pages(target.key)
    base = len(prefix.rpartition("/")[0] + "/") if "/" in prefix else 0
    rows = (row for page in listed for row in _in_order(page))
    if args.json:
        print_list(_version_record(row, base) for row in rows)
        return 0
    found = False
    for key, info in rows:
        found = True
        name = key[base:] or "./"
        if info is None:
            print(object_line(name, None))
        else:
            what = "DEL" if info.is_delete_marker else "PUT"
            print(object_line(f"{info.version or 'null':<36}  {what}  {name}", info))
    if not found and target.key:
        raise NotFoundError(f"Nothing in the bucket {quoted(target.bucket)} begins with {quoted(target.key)}.")
    return 0


def _in_order(page: Page) -> list[Entry]:
    """Versions and folders by name; those of one key stay as they are."""
    rows = [Entry(one.key, one) for one in page.objects] + [Entry(name, None) for name in page.prefixes]
    return sorted(rows, key=lambda row: row.name)


def _version_record(row: Entry, base: int) -> dict[str, Any]:
    record = _record(Entry(row.name[base:], row.info))
    if row.info is not None:
        record |= {"key": row.name[base:], "versionId": row.info.version or "null"}
        record |= {"isLatest": row.info.is_latest, "isDeleteMarker": row.info.is_delete_marker}
    return record


def _record(row: Entry) -> dict[str, Any]:
    return {"key": row.name, "type": "folder"} if row.info is None else object_record(row.info, key=row.name)


def _children(store: Store, bucket: str, prefix: str, args: Namespace) -> Iterator[Entry]:
    for row in entries(store, bucket, prefix):
        if row.name != prefix and (row.info is None or args.files):
            yield row


def _nodes(store: Store, bucket: str, prefix: str, args: Namespace, level: int) -> Iterator[dict[str, Any]]:
    for row in _children(store, bucket, prefix, args):
        yield _record(row)
        if row.info is None and (not args.depth or level < args.depth):
            yield from _nodes(store, bucket, row.name, args, level + 1)


def _branches(store: Store, bucket: str, prefix: str, args: Namespace, level: int, before: str) -> Iterator[str]:
    rows = _children(store, bucket, prefix, args)
    row = next(rows, None)
    while row is not None:
        following = next(rows, None)
        last = following is None
        yield f"{before}{'└─' if last else '├─'} {shown(row.name[len(prefix) :].rstrip('/'))}"
        if row.info is None and (not args.depth or level < args.depth):
            yield from _branches(store, bucket, row.name, args, level + 1, before + ("   " if last else "│  "))
        row = following


def _all_nodes(store: Store, args: Namespace) -> Iterator[dict[str, Any]]:
    """The nodes of all buckets; their names begin with the bucket, as keys of several ones may be the same."""
    for bucket in store.buckets():
        at = f"{bucket.name}/"
        yield {"key": at, "type": "folder", "lastModified": moment(bucket.created)}
        if args.depth != 1:
            for node in _nodes(store, bucket.name, "", args, 2):
                yield node | {"key": at + node["key"]}


def _all_branches(store: Store, args: Namespace) -> Iterator[str]:
    buckets = store.buckets()
    for bucket in buckets:
        last = bucket is buckets[-1]
        yield f"{'└─' if last else '├─'} {shown(bucket.name)}"
        if args.depth != 1:
            yield from _branches(store, bucket.name, "", args, 2, "   " if last else "│  ")
