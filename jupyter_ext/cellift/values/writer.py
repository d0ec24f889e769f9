"""Write named values into a folder: the index, and one file per group of names that share mutable objects."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Iterable, Mapping

from .arrays import is_plain, write_array
from .hashed_file import HashedFile
from .in_modules import contents_of, known
from .pickles import explain, write_pickle
from .preview import preview, type_name
from .rebuild_arrays import SMALL
from .room import room_of, size_of
from .sharing import Groups

INDEX = "index.json"
"""The file that makes a folder readable; it is written last."""

VERSION = 1

_LONG = 4096


def write(
    folder: str | os.PathLike[str],
    names: Mapping[str, Any],
    display: Iterable[Mapping[str, Any]] = (),
    kept: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write ``names`` (name -> value) into ``folder`` and give the index.

    ``kept``: further names, of plain values; all of them go into one file, marked ``"kept": true``.

    The index: ``{"v", "names": {name: {type, group, preview, bytes, digest}}, "groups": [{file, format, names, digest,
    bytes}], "display": [...]}``; ``group`` is the place in ``groups``, ``bytes`` and ``digest`` are those of the file,
    a list has its ``room`` too. ``display`` is copied into it. Raises :class:`CannotCrossError` and
    :class:`NoSpaceError`; then the folder has no index and so is no folder of values.
    """
    target = os.fspath(folder)
    os.makedirs(target, exist_ok=True)
    values = dict(names)
    # An index of an earlier attempt must not describe files that are about to change.
    _remove(os.path.join(target, INDEX))
    sharing = Groups(values)
    for name, error in sharing.failed.items():
        raise explain({name: values[name]}, error) from error
    index: dict[str, Any] = {"v": VERSION, "names": {}, "groups": [], "display": [dict(item) for item in display]}
    taken: set[str] = set()
    for position, group in enumerate(sharing.groups):
        stem = _stem(group[0], position, taken)
        entry = _write_group(target, stem, {name: values[name] for name in group}, sharing)
        index["groups"].append(entry)
        for name in group:
            index["names"][name] = _describe(values[name], position, entry)
            if ":" in name:  # hidden state: an environment variable may be a secret
                index["names"][name]["preview"] = ""
    if kept:
        position = len(index["groups"])
        entry = _write_group(target, _stem("kept", position, taken), dict(kept), sharing)
        index["groups"].append(entry)
        for name, value in kept.items():
            index["names"][name] = {**_describe(value, position, entry), "kept": True}
    with HashedFile(target, INDEX, "the index") as file:
        file.write(json.dumps(index, indent=1).encode())
        file.commit()
    return index


def _describe(value: Any, position: int, group: dict[str, Any]) -> dict[str, Any]:
    room, size = room_of(value), size_of(value)
    return {
        **({"room": room} if room else {}),
        **({"size": size} if size else {}),
        "type": type_name(value),
        "group": position,
        "preview": preview(value),
        "bytes": group["bytes"],
        "digest": group["digest"],
    }


def _write_group(folder: str, stem: str, values: dict[str, Any], sharing: Groups) -> dict[str, Any]:
    names = list(values)
    first = values[names[0]]
    # One array under two names (b = a) is one file as well, but only a pickle says that they are one object.
    reducer = sharing.begin(names)
    plain = len(names) == 1 and is_plain(first) and (first.nbytes >= SMALL or first.base is None)
    plain = plain and first not in reducer
    plain = plain and (known.variable(first) is None or id(first) in contents_of(values))
    form = "npy" if plain else "pickle"
    entry: dict[str, Any] = {"file": f"{stem}.{form}", "format": form, "names": names}
    with HashedFile(folder, entry["file"], names[0], guarded=not plain) as file:
        if plain:
            write_array(first, file)
            entry["writeable"] = bool(first.flags.writeable)
        else:
            write_pickle(values, reducer, file)
        file.commit()
    if len(names) == 1 and type(first) is str and _is_interned(first):
        entry["interned"] = True
    entry["digest"], entry["bytes"] = file.digest, file.size
    return entry


def _is_interned(text: str) -> bool:
    """Whether every literal of this text is that very object, as Python has it for those that look like names."""
    return 1 < len(text) < _LONG and sys.intern(text[:1] + text[1:]) is text


def _stem(name: str, position: int, taken: set[str]) -> str:
    """A file name that people recognise, safe everywhere."""
    stem = name if name.isascii() and name.isidentifier() and len(name) <= 60 else f"group-{position}"
    if stem.lower() in taken:
        stem = f"group-{position}"
    taken.add(stem.lower())
    return stem


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
