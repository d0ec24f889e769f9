"""Rules of what is written by itself and of what is refused, each alone."""

from __future__ import annotations

import errno
import functools
import sys
import types
import typing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift import values
from cellift.values import caches, deep, fingerprint, hashed_file, naming, pickles, sets, special
from cellift.values.preview import preview
from cellift.values.unpicklable import find_culprit


def test_a_type_variable_of_a_module_goes_by_its_name() -> None:
    assert special.reduce_special(typing.AnyStr) is NotImplemented


def test_the_lock_of_a_remembered_property_does_not_cross() -> None:
    made: Any = functools.cached_property(len)
    made.lock = object()  # Pythons before 3.12 have one
    assert set(special.reduce_special(made)[2]) == {"func", "attrname", "__doc__"} | ({"__module__"} & set(vars(made)))


@pytest.mark.parametrize(
    "view", [memoryview(bytes(12)).cast("B", (3, 4)), memoryview(bytearray(12)).cast("B", (3, 4))[1:]]
)
def test_a_part_with_two_axes_of_something_is_refused(view: memoryview) -> None:
    with pytest.raises(Exception, match="more than one axis"):
        special.reduce_special(view)


def test_a_module_s_one_object_is_that_object_and_another_is_not() -> None:
    import random

    assert special.reduce_special(random._inst)[1] == (random, "_inst")
    assert special.reduce_special(random.Random(1)) is NotImplemented


def test_a_class_of_modules_crosses_as_a_module_that_can_be_imported_or_not_at_all() -> None:
    class Lazy(types.ModuleType):
        pass

    with pytest.raises(Exception, match="cannot be imported again"):
        special.reduce_special(Lazy("nowhere"))


def test_an_exception_that_says_its_name_goes_by_it() -> None:
    class Only(Exception):
        def __reduce_ex__(self, _: Any) -> str:
            return "only"

    try:
        raise Only
    except Only as error:
        assert special.reduce_special(error) == "only"


def test_limits_of_floats_are_asked_for_again() -> None:
    kind, arguments = special.reduce_special(np.finfo(np.float32))
    assert (kind, arguments) == (np.finfo, (np.dtype(np.float32),))


def test_a_closed_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    archive = np.load(tmp_path / "a.npz")
    archive.zip.close()
    with pytest.raises(Exception, match="it is closed"):
        special.reduce_special(archive)


def test_an_array_whose_changes_stay_in_memory_is_no_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(5))
    assert special.reduce_special(np.load(tmp_path / "a.npy", mmap_mode="c")) is NotImplemented
    kept: Any = np.load(tmp_path / "a.npy", mmap_mode="r+")
    assert special.reduce_special(kept)[1][0] == "memmap"
    assert special.reduce_special(kept[2:])[1][0] == "part"


def test_a_time_zone_goes_by_the_name_that_it_is_known_by() -> None:
    tz = pytest.importorskip("dateutil.tz")
    first, second = tz.gettz("Europe/Berlin"), tz.gettz("America/New_York")
    assert [special.reduce_special(one)[1][1] for one in (first, second)] == ["Europe/Berlin", "America/New_York"]


def test_the_cache_of_a_builtin_function_that_was_called_is_refused() -> None:
    cached = functools.lru_cache(len)
    assert caches.contents(cached) == ([], 0, 0)
    cached("ab")
    with pytest.raises(Exception, match="cannot be put back"):
        caches.contents(cached)


def test_attributes_of_a_function_are_not_taken_for_its_cache() -> None:
    def double(x: int) -> int:
        return 2 * x

    for size in (None, 5):
        cached: Any = functools.lru_cache(size)(double)
        cached.note = {"mine": 1}
        cached(3)
        assert caches.contents(cached) == ([((3,), {}, 6)], 0, 1)


def test_what_fails_deep_down_fails() -> None:
    def fail() -> None:
        raise LookupError("deep")

    limit = sys.getrecursionlimit()
    with pytest.raises(LookupError, match="deep"):
        deep.in_deep_thread(fail)
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize(("number", "own"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_only_a_full_disk_is_told_as_one(tmp_path: Path, number: int, own: bool) -> None:
    with hashed_file.HashedFile(str(tmp_path), "x", "x") as file:
        error = OSError(number, "no")
        assert (file._explain(error) is error) is not own
        file.commit()


def test_a_file_that_is_cut_off_is_damaged(tmp_path: Path) -> None:
    values.write(str(tmp_path), {"x": [1, 2, 3]})
    data = (tmp_path / "x.pickle").read_bytes()
    (tmp_path / "x.pickle").write_bytes(data[:-3])
    with pytest.raises(values.DamagedError, match="is cut off"):
        pickles.read_pickle(str(tmp_path / "x.pickle"), ["x"], [])


@pytest.mark.parametrize("value", [types.SimpleNamespace(__module__=None, __qualname__="x"), types.SimpleNamespace()])
def test_what_has_no_name_in_a_module_is_not_known_by_one(value: Any) -> None:
    assert naming.is_named(value) is False


def test_a_class_of_a_module_that_is_gone_can_be_imported_and_a_function_cannot() -> None:
    kind = type("Kind", (), {"__module__": "gone_away"})

    def function() -> None:
        pass

    function.__module__ = "gone_away"
    assert (naming.is_importable(kind), naming.is_importable(function)) == (True, False)


def test_hidden_state_has_no_preview(tmp_path: Path) -> None:
    index = values.write(str(tmp_path), {"state:environ": {"TOKEN": "secret"}, "x": "shown"})
    assert [index["names"][name]["preview"] for name in ("state:environ", "x")] == ["", "'shown'"]


class Sized:
    """Says how many it has."""

    def __init__(self, size: Any) -> None:
        self.size = size

    def __len__(self) -> int:
        return int(self.size)

    def __repr__(self) -> str:
        return "shown in full"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Sized(5), "shown in full"),
        (Sized(2000), "of 2,000"),
        (Sized("no number"), "shown in full"),
        ("a" * 300, "(300 characters)"),
        ("a" * 30, repr("a" * 30)),
        (["a" * 50], repr("a" * 40)),
        (np.float32(1.5), "float32 1.5"),
        ([np.float32(1.5)], "[1.5]"),
        (np.array("text"), "'text'"),
        (pd.DataFrame({"a": [1]}), "1 rows x 1 columns"),
        (pd.Series([1]), "1 rows, int64"),
        (pd.Timestamp("2020-01-01"), "Timestamp('2020-01-01 00:00:00')"),
        ({1, 2}, "set of 2: 1, 2"),
        (set(), "set()"),
        ((1,), "(1,)"),
        (list(range(7)), "list of 7: 0, 1, 2, 3, 4, 5, "),
        (b"x" * 41, "(41 bytes)"),
    ],
)
def test_previews(value: Any, expected: str) -> None:
    assert expected in preview(value)


def test_the_preview_of_an_object_that_says_nothing_names_its_type() -> None:
    assert preview(object()) == "object object"
    assert preview([Plain()]) == "[test_rules_of_values.Plain object]"


class Plain:
    pass


def culprit(value: Any) -> str:
    """The path to what cannot cross."""
    return find_culprit({"fine": 1, "x": value}, TypeError("first"))[1]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda bad: [1, bad], "x[1]"),
        (lambda bad: {"k": bad}, "x['k']"),
        (lambda bad: {bad: 1}, "x key Bad"),
        (lambda bad: {bad}, "x item Bad"),
        (lambda bad: types.SimpleNamespace(a=[bad]), "x.a[0]"),
        (lambda bad: bad, "x"),
    ],
)
def test_what_cannot_cross_is_found(make: Any, expected: str) -> None:
    assert culprit(make(Bad())) == expected


class Bad:
    """Cannot be written."""

    def __reduce_ex__(self, _: Any) -> Any:
        raise TypeError("not me")


def test_the_search_for_what_cannot_cross_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from cellift.values import unpicklable

    monkeypatch.setattr(unpicklable, "_SECONDS", -1)
    assert culprit([1, Bad()]) == "x"


@pytest.mark.parametrize("kind", ["f8", "V0"])
def test_an_empty_array_has_a_fingerprint(kind: str) -> None:
    made = {"x": np.empty((0, 3) if kind == "f8" else 2, kind)}
    assert not fingerprint.Fingerprint(made, []).differs(made)


def test_sets_of_another_python_are_written_by_their_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets.sys, "implementation", types.SimpleNamespace(name="other"))
    one_was_removed = {1, 2, 3}
    one_was_removed.discard(2)
    assert (sets._layout(one_was_removed), sets._filled(one_was_removed)) == (None, 2)
    assert sets._places(one_was_removed) == [id(1), id(3)]
    assert sets.make_set(set, [1, 2], 0, []) == {1, 2}
    assert sets.make_set(set, [1, 2], 16, [], "set", 3) == {1, 2}


def test_a_set_that_was_made_by_hand_from_a_list_is_one() -> None:
    assert sets.make_set(frozenset, [3, 1], 8, [], "list") == frozenset({1, 3})
    numbers = [each * each for each in range(100)]
    assert list(sets.make_set(set, numbers, 0, [], "dict")) == list(set(dict.fromkeys(numbers)))
    assert list(set(numbers)) != list(set(dict.fromkeys(numbers)))


def test_frames_of_an_exception_keep_the_full_name_of_their_function(tmp_path: Path) -> None:
    class Inner:
        def fail(self) -> None:
            raise ValueError("here")

    try:
        Inner().fail()
    except ValueError as error:
        values.write(str(tmp_path), {"x": error})
    code: Any = values.Reader(str(tmp_path))["x"].__traceback__.tb_next.tb_frame.f_code
    assert code.co_name == "fail"
    if sys.version_info >= (3, 11):
        assert code.co_qualname.rpartition("<locals>.")[2] == "Inner.fail"
