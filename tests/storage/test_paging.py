from __future__ import annotations

import random

import pytest

from cellift.storage.api import MOST_KEYS
from cellift.storage.errors import StorageError
from storage.kit import keys, pages, put
from storage.subjects import Subject


def expected(names: list[str], prefix: str, *, recursive: bool) -> tuple[list[str], list[str]]:
    """What S3 answers, by its definition: keys with the prefix, those with a further slash rolled up."""
    objects, prefixes = [], []
    for name in sorted(names, key=str.encode):
        if name.startswith(prefix):
            head, slash, _ = name[len(prefix) :].partition("/")
            if recursive or not slash:
                objects.append(name)
            elif prefix + head + "/" not in prefixes:
                prefixes.append(prefix + head + "/")
    return objects, prefixes


def random_names(seed: int) -> list[str]:
    """Keys over an alphabet that has the neighbours of ``/`` in it; none is a folder of another."""
    rng = random.Random(seed)
    names: set[str] = set()
    while len(names) < 60:
        parts = ["".join(rng.choices("ab.0-~é\uffee😀", k=rng.randint(1, 2))) for _ in range(rng.randint(1, 4))]
        if not {".", ".."} & set(parts):
            names.add("/".join(parts))
    folders = {name[:place] for name in names for place, char in enumerate(name) if char == "/"}
    return sorted(names - folders)


@pytest.mark.parametrize("seed", range(3))
def test_pages_are_what_s3_defines(subject: Subject, bucket: str, seed: int) -> None:
    names = random_names(seed)
    for name in names:
        put(subject.store, bucket, name)
    prefixes = {name[:place] for name in names for place in range(len(name) + 1)}
    rng = random.Random(seed)
    seen = 0
    for prefix in ["", *rng.sample(sorted(prefixes), 25), "none", "a//", "b/./"]:
        for recursive in (False, True):
            wanted = expected(names, prefix, recursive=recursive)
            for limit in (1, 3, 1000):
                objects, found, count = pages(subject.store, bucket, prefix, limit, recursive=recursive)
                assert ([one.key for one in objects], found) == wanted, (prefix, recursive, limit)
                least = max(1, -(-(len(wanted[0]) + len(wanted[1])) // limit))
                more = count - least
                seen += more
                assert more in ((0, 1) if "more-than-there-is" in subject.differences else (0,))


def test_a_dot_sorts_before_what_is_in_the_folder(subject: Subject, bucket: str) -> None:
    for name in ("a/x", "a.txt", "a-b", "a0", "ab/c"):
        put(subject.store, bucket, name)
    assert keys(subject.store, bucket) == ["a-b", "a.txt", "a/x", "a0", "ab/c"]
    objects, prefixes, _ = pages(subject.store, bucket, "", 1, recursive=False)
    assert ([one.key for one in objects], prefixes) == (["a-b", "a.txt", "a0"], ["a/", "ab/"])


def test_a_page_is_full_or_the_last(subject: Subject, bucket: str) -> None:
    for number in range(7):
        put(subject.store, bucket, f"{number}")
    first = subject.store.page(bucket, limit=7)
    assert (len(first.objects), first.next) == (7, None)
    first = subject.store.page(bucket, limit=6)
    assert len(first.objects) == 6 and first.next
    second = subject.store.page(bucket, limit=6, token=first.next)
    assert ([one.key for one in second.objects], second.next) == (["6"], None)


@pytest.mark.parametrize("recursive", [False, True])
def test_keys_that_come_and_go_between_pages_move_no_other(subject: Subject, bucket: str, recursive: bool) -> None:
    store = subject.store
    for number in range(0, 40, 2):
        put(store, bucket, f"d/{number:02d}")
    first = store.page(bucket, "d/", limit=5, recursive=recursive)
    assert [one.key for one in first.objects] == [f"d/{number:02d}" for number in range(0, 10, 2)]
    store.remove(bucket, "d/00")  # shown
    store.remove(bucket, "d/08")  # the last one shown
    store.remove(bucket, "d/10")  # the next one
    put(store, bucket, "d/01")  # before the place
    put(store, bucket, "d/09")  # just after it
    put(store, bucket, "d/17")
    second = store.page(bucket, "d/", limit=5, token=first.next, recursive=recursive)
    assert [one.key for one in second.objects] == ["d/09", "d/12", "d/14", "d/16", "d/17"]


def test_everything_may_go_between_pages(subject: Subject, bucket: str) -> None:
    store = subject.store
    names = [f"d/{number}" for number in range(6)]
    for name in names:
        put(store, bucket, name)
    for recursive in (False, True):
        first = store.page(bucket, "d/", limit=2, recursive=recursive)
        for name in names:
            store.remove(bucket, name)
        assert store.page(bucket, "d/", limit=2, token=first.next, recursive=recursive) == ([], [], None)
        for name in names:
            put(store, bucket, name)


def test_a_folder_shown_is_not_shown_again_with_what_came_into_it(subject: Subject, bucket: str) -> None:
    store = subject.store
    for name in ("a/b", "c/d", "e"):
        put(store, bucket, name)
    first = store.page(bucket, limit=1)
    assert first.prefixes == ["a/"]
    put(store, bucket, "a/zz")
    second = store.page(bucket, limit=1, token=first.next)
    assert (second.objects, second.prefixes) == ([], ["c/"])


@pytest.mark.parametrize("limit", [0, -1, MOST_KEYS + 1])
def test_a_page_has_1_to_1000_keys(subject: Subject, bucket: str, limit: int) -> None:
    with pytest.raises(StorageError):
        subject.store.page(bucket, limit=limit)


@pytest.mark.parametrize("token", ["", "not a token", "é", "////", "AAA"])
def test_a_token_that_was_made_up_breaks_nothing(subject: Subject, bucket: str, token: str) -> None:
    put(subject.store, bucket, "a")
    try:
        page = subject.store.page(bucket, token=token)
    except StorageError as error:
        assert error.code
    else:
        assert {one.key for one in page.objects} <= {"a"}
