from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.storage.api import PIECE
from cellift.storage.connections.read_only import ReadOnly
from cellift.storage.errors import CancelledError, ChangedError, NotFoundError, ReadOnlyError, StorageError
from cellift.storage.local.tree import LocalTree
from cellift.storage.performing import perform, perform_all
from cellift.storage.place import Place
from cellift.storage.plan import Move


@pytest.fixture
def store(tmp_path: Path) -> LocalTree:
    store = LocalTree(tmp_path / "data")
    store.make_bucket("bucket")
    return store


def place(store: LocalTree, key: str) -> Place:
    return Place(store, "c", "bucket", key)


def found(store: LocalTree) -> list[str]:
    return [one.key for one in store.page("bucket", recursive=True).objects]


def test_a_move_removes_the_source_when_the_copy_is_there(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    perform(Move(tmp_path / "a", place(store, "a")), remove_source=True)
    assert not (tmp_path / "a").exists()
    perform(Move(place(store, "a"), place(store, "b")), remove_source=True)
    assert found(store) == ["b"]
    perform(Move(place(store, "b"), tmp_path / "c"), remove_source=True)
    assert found(store) == []
    assert (tmp_path / "c").read_text() == "a"


def test_a_move_that_fails_leaves_the_source(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with pytest.raises(StorageError):
        perform(Move(tmp_path / "a", Place(store, "c", "no-such-bucket", "a")), remove_source=True)
    assert (tmp_path / "a").exists()


def test_a_source_that_is_replaced_during_a_move_stays(store: LocalTree, tmp_path: Path) -> None:
    store.write("bucket", "a", io.BytesIO(b"first"))

    def replace(_: int) -> None:
        store.write("bucket", "a", io.BytesIO(b"second"))

    with pytest.raises(ChangedError):
        perform(Move(place(store, "a"), tmp_path / "a"), remove_source=True, moved=replace)
    assert b"".join(store.read("bucket", "a")) == b"second"


def test_the_marker_of_a_folder_becomes_a_folder(store: LocalTree, tmp_path: Path) -> None:
    store.write("bucket", "d/", io.BytesIO())
    perform(Move(place(store, "d/"), tmp_path / "down" / "d"))
    assert (tmp_path / "down" / "d").is_dir()
    perform(Move(place(store, "d/"), place(store, "e/")))
    assert found(store) == ["d/", "e/"]


def test_one_that_fails_does_not_stop_the_others(store: LocalTree, tmp_path: Path) -> None:
    for number in range(40):
        if number != 7:
            (tmp_path / str(number)).write_text("x")
    moves = (Move(tmp_path / str(number), place(store, f"{number:02d}")) for number in range(40))
    outcomes = dict(perform_all(moves))
    assert len(outcomes) == 40
    assert [move.source for move, error in outcomes.items() if error] == [tmp_path / "7"]
    assert len(found(store)) == 39


def test_an_error_of_the_plan_comes_after_what_was_begun(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    def plan() -> Iterator[Move]:
        yield Move(tmp_path / "a", place(store, "a"))
        raise NotFoundError("the listing broke")

    outcomes = []
    with pytest.raises(NotFoundError, match="the listing broke"):
        outcomes.extend(perform_all(plan()))
    assert found(store) == ["a"]


def test_no_more_is_planned_than_can_be_begun_soon(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    planned = []

    def plan() -> Iterator[Move]:
        for number in range(1000):
            planned.append(number)
            yield Move(tmp_path / "a", place(store, str(number)))

    outcomes = perform_all(plan(), workers=2)
    next(outcomes)
    assert len(planned) <= 4
    outcomes.close()


def test_closing_cancels_what_goes_on_and_leaves_nothing_of_it(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "small").write_text("x")
    (tmp_path / "big").write_bytes(bytes(4 * PIECE))
    begun, go_on = threading.Event(), threading.Event()

    def moved(count: int) -> None:
        if count == PIECE:
            begun.set()
            go_on.wait(60)

    plan = [Move(tmp_path / "big", place(store, "big")), Move(tmp_path / "small", place(store, "small"))]
    outcomes = perform_all(iter(plan), moved=moved, workers=2)
    assert next(outcomes)[0] == plan[1]
    assert begun.wait(60)
    # The one that goes on is let go only when the end has begun.
    threading.Timer(0.05, go_on.set).start()
    outcomes.close()
    assert found(store) == ["small"]
    assert list((tmp_path / "data" / ".staging").iterdir()) == []


def test_a_fault_of_our_own_is_not_taken_for_the_failure_of_one_move(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    def broken(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(perform_all(iter([Move(tmp_path / "a", place(store, "a"))]), moved=broken))


def test_what_moved_raises_ends_the_move(store: LocalTree, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    def cancel(_: int) -> None:
        raise CancelledError("enough")

    ((_, error),) = perform_all(iter([Move(tmp_path / "a", place(store, "a"))]), moved=cancel)
    assert isinstance(error, CancelledError)
    assert found(store) == []


def test_what_cannot_be_removed_is_not_copied_first_either(store: LocalTree) -> None:
    store.write("bucket", "a", io.BytesIO(b"1"))
    locked = Place(ReadOnly(store, "locked"), "locked", "bucket", "a")
    with pytest.raises(ReadOnlyError, match="'locked' is read-only"):
        perform(Move(locked, place(store, "b")), remove_source=True)
    assert found(store) == ["a"]
    perform(Move(locked, place(store, "b")))
    assert found(store) == ["a", "b"]
