from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cellift.storage.api import PIECE, Condition
from cellift.storage.errors import BadNameError, CancelledError, ConditionError, StorageError, TruncatedError
from storage.kit import get, keys, put
from storage.subjects import Subject

WRITERS = 16


def together(count: int, action: Callable[[int], object]) -> list[object]:
    """Run *action* in so many threads that start at the same moment; what each gave, or its StorageError."""
    barrier = threading.Barrier(count)

    def one(number: int) -> object:
        barrier.wait()
        try:
            return action(number)
        except StorageError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def content(number: int) -> bytes:
    return bytes([65 + number]) * (300_000 + number)


def test_of_16_writers_of_one_key_one_wins_whole(subject: Subject, bucket: str) -> None:
    done = together(WRITERS, lambda number: put(subject.store, bucket, "deep/key", content(number)))
    assert not [one for one in done if isinstance(one, Exception)]
    assert get(subject.store, bucket, "deep/key") in [content(number) for number in range(WRITERS)]
    assert keys(subject.store, bucket) == ["deep/key"]
    assert subject.leftovers(bucket) == []


def test_a_reader_beside_16_writers_never_sees_a_mixture(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "key", content(0))
    seen: list[bytes] = []

    def act(number: int) -> None:
        if number % 4 == 0:
            seen.append(get(subject.store, bucket, "key"))
        else:
            put(subject.store, bucket, "key", content(number))

    done = together(WRITERS, act)
    failed = [one for one in done if isinstance(one, Exception)]
    if "mixture" in subject.differences:
        assert all(isinstance(one, TruncatedError) for one in failed)
        return
    assert not failed
    assert len(seen) == 4 and all(one in [content(number) for number in range(WRITERS)] for one in seen)


def test_of_16_writers_that_want_no_object_there_one_wins(subject: Subject, bucket: str) -> None:
    done = together(
        WRITERS,
        lambda number: subject.store.write(
            bucket, "key", io.BytesIO(content(number)), size=len(content(number)), condition=Condition(absent=True)
        ),
    )
    lost = [one for one in done if isinstance(one, ConditionError)]
    assert len(lost) == WRITERS - 1
    assert subject.leftovers(bucket) == []


def test_of_16_changes_of_what_was_seen_one_wins(subject: Subject, bucket: str) -> None:
    seen = put(subject.store, bucket, "key", b"seen")
    done = together(
        WRITERS,
        lambda number: subject.store.write(
            bucket, "key", io.BytesIO(content(number)), condition=Condition(etag=seen.etag)
        ),
    )
    assert sum(isinstance(one, ConditionError) for one in done) == WRITERS - 1


def test_writers_and_removers_in_one_folder_do_not_hinder_each_other(subject: Subject, bucket: str) -> None:
    def act(number: int) -> None:
        for turn in range(10):
            put(subject.store, bucket, f"a/b/{number}/{turn}")
            subject.store.remove(bucket, f"a/b/{number}/{turn}")

    done = together(8, act)
    failed = [one for one in done if isinstance(one, Exception)]
    if "folders-race" in subject.differences:
        failed = [one for one in failed if not isinstance(one, BadNameError)]
    assert not failed
    assert keys(subject.store, bucket) == []


@pytest.mark.parametrize("size", [None, 3 * PIECE], ids=["size unknown", "size known"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_cancelled_write_leaves_what_was_there_and_nothing_else(
    subject: Subject, bucket: str, size: int | None, at: int
) -> None:
    put(subject.store, bucket, "a", b"before")
    pieces: list[int] = []

    def cancel(count: int) -> None:
        pieces.append(count)
        if len(pieces) == at:
            raise CancelledError("cancelled")

    for key in ("a", "new/folder/b"):
        pieces.clear()
        with pytest.raises(CancelledError):
            subject.store.write(bucket, key, io.BytesIO(bytes(3 * PIECE)), size=size, moved=cancel)
        assert len(pieces) == at
    assert keys(subject.store, bucket) == ["a"]
    assert get(subject.store, bucket, "a") == b"before"
    assert subject.leftovers(bucket) == []


def test_progress_adds_up_to_the_size(subject: Subject, bucket: str) -> None:
    for size in (None, 2 * PIECE + 5):
        moved: list[int] = []
        subject.store.write(bucket, "a", io.BytesIO(bytes(2 * PIECE + 5)), size=size, moved=moved.append)
        assert sum(moved) == 2 * PIECE + 5
        assert max(moved) <= PIECE
