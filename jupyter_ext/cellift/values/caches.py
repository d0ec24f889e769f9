"""What a function with an ``lru_cache`` has kept: read in one process, put back in another."""

from __future__ import annotations

import functools
import gc
import pickle
import sys
import types
from typing import Any

from .naming import MAIN, resolve

CACHED: type = type(functools.lru_cache(maxsize=1)(len))
"""The type of such functions."""

# The collector tells of these between the entries, since Python 3.10.
_TYPES = {"functools._lru_cache_wrapper", "functools._lru_list_elem", "functools.CacheInfo"}


def cache_of(function: Any) -> tuple[dict[str, Any], Any]:
    """What :func:`set_cached` puts back: its attributes and its cache."""
    kept = {name: part for name, part in vars(function).items() if name not in ("__wrapped__", "cache_parameters")}
    return kept, contents(function)


def contents(function: Any) -> tuple[list[Any], int, int]:
    """``([(arguments, keywords, result), ...], hits, misses)``, the entry that goes first when it is full first.

    Only the garbage collector tells what a cache holds; it visits key and result of each entry in turn, then the dict.
    """
    hits, misses, size, count = function.cache_info()
    seen = [each for each in gc.get_referents(function) if not (isinstance(each, type) and _name(each) in _TYPES)]
    entries = list(zip(seen[0 : 2 * count : 2], seen[1 : 2 * count : 2]))  # noqa: B905 - Python 3.9
    seen = seen if size is None else seen[2 * count :]
    found = next((each for each in seen if type(each) is dict and each is not vars(function)), {})
    if size is None:
        # It knows no order but that of the dict.
        entries = list(found.items())
    # What stands between arguments and keywords in a key; Python 3.9 shows it only there.
    parts = [each for key, _ in entries if isinstance(key, tuple) for each in key]
    marks = {id(each): each for each in seen + parts * (sys.version_info < (3, 10)) if type(each) is object}
    if len(entries) != count or len(marks) > 1 or any(key not in found for key, _ in entries):
        raise pickle.PicklingError("its cache cannot be read")
    if misses and not isinstance(function.__wrapped__, types.FunctionType):
        raise pickle.PicklingError("its cache cannot be put back")
    typed = function.cache_parameters()["typed"]
    mark = next(iter(marks.values()), None)
    return [(*_call(key, mark, typed), result) for key, result in entries], hits, misses


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def _call(key: Any, mark: Any, typed: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments that made ``key``: a lone text or number, or arguments, mark, keywords in turn, types."""
    if not isinstance(key, tuple):
        return (key,), {}
    place = next((number for number, each in enumerate(key) if each is mark and mark is not None), None)
    if place is None:
        return (key[: len(key) // 2] if typed else key), {}
    words = key[place + 1 :]
    if typed:
        words = words[: (len(words) - place) // 3 * 2]
    return key[:place], dict(zip(words[::2], words[1::2]))  # noqa: B905 - Python 3.9


def make_cached(wrapped: Any, qualname: str | None, size: int | None, typed: bool) -> Any:
    """A function with an empty cache; that of the same code which this step has by that name, if there is one."""
    if qualname is not None:
        found = resolve(MAIN, qualname)
        mine, code = (getattr(each, "__code__", None) for each in (getattr(found, "__wrapped__", None), wrapped))
        if type(found) is CACHED and code is not None and mine == code and mine.co_filename == code.co_filename:
            return found
    return functools.lru_cache(size, typed)(wrapped)


def set_cached(function: Any, state: Any) -> None:
    """Attributes and cache; it is filled by calls that give what is kept instead of computing it."""
    kept, (entries, hits, misses) = state
    vars(function).update(kept)
    if function.cache_info()[:2] == (hits, misses):
        return
    function.cache_clear()
    wrapped = function.__wrapped__
    results: list[Any] = []
    own = wrapped.__code__, wrapped.__kwdefaults__
    wrapped.__code__ = _give.__code__.replace(co_freevars=own[0].co_freevars)
    wrapped.__kwdefaults__ = {"_cellift_": results}
    try:
        for _ in range(misses - len(entries)):  # thrown out meanwhile, or they raised an exception
            try:
                function(wrapped)
            except IndexError:
                pass
        for arguments, words, result in entries:
            results.append(result)
            function(*arguments, **words)
        for _ in range(hits):
            function(*arguments, **words)  # the newest stays the newest
    finally:
        wrapped.__code__, wrapped.__kwdefaults__ = own


def _give(*_: Any, _cellift_: list[Any], **__: Any) -> Any:
    return _cellift_.pop()
