from __future__ import annotations

import pytest

from cellift.storage.errors import BadNameError, NotFoundError, StorageError
from storage.hostile import KEYS
from storage.kit import get, keys, put
from storage.subjects import Subject


@pytest.mark.parametrize("case", KEYS)
def test_a_hostile_key_is_kept_exactly_or_refused_and_touches_nothing_else(
    subject: Subject, bucket: str, case: str
) -> None:
    store, key = subject.store, KEYS[case]
    put(store, f"{bucket}", "bystander", b"kept")
    try:
        written = put(store, bucket, key, b"hostile")
    except BadNameError as error:
        assert case in subject.refused
        assert str(error).isprintable(), "the message itself is harmless"
        assert keys(store, bucket) == ["bystander"]
    except StorageError as error:
        assert case in subject.failing and error.code == "InternalError"
    else:
        assert case not in subject.refused | subject.failing
        assert written.key == key
        assert get(store, bucket, key) == b"hostile"
        assert store.stat(bucket, key).key == key
        if case in subject.garbled:
            assert key not in keys(store, bucket)
            store.remove(bucket, key)
            return
        assert sorted(keys(store, bucket)) == sorted(["bystander", key])
        assert keys(store, bucket, key) == [key]
        assert store.remove_many(bucket, [key]) == {}
        assert keys(store, bucket) == ["bystander"]
    assert get(store, bucket, "bystander") == b"kept"
    assert subject.leftovers(bucket) == []


@pytest.mark.parametrize("case", KEYS)
def test_nothing_is_read_or_removed_by_a_key_that_is_not_there(subject: Subject, bucket: str, case: str) -> None:
    store, key = subject.store, KEYS[case]
    put(store, bucket, "outside", b"kept")
    for ask in (lambda: store.stat(bucket, key), lambda: next(store.read(bucket, key))):
        with pytest.raises((BadNameError, NotFoundError)):
            ask()
    try:
        store.remove(bucket, key)
    except BadNameError:
        assert case in subject.refused
    assert keys(store, bucket) == ["outside"]


@pytest.mark.parametrize("case", KEYS)
def test_any_text_may_be_asked_for_as_a_prefix(subject: Subject, bucket: str, case: str) -> None:
    put(subject.store, bucket, "outside")
    for prefix in (KEYS[case], f"{KEYS[case]}/"):
        if case == "surrogate":
            continue  # no UTF-8: cannot even be asked
        assert subject.store.page(bucket, prefix) == ([], [], None)
        assert subject.store.page(bucket, prefix, recursive=True) == ([], [], None)


def test_composed_and_decomposed_letters_are_two_keys(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, KEYS["composed"], b"1")
    put(subject.store, bucket, KEYS["decomposed"], b"2")
    assert get(subject.store, bucket, KEYS["composed"]) == b"1"
    assert keys(subject.store, bucket) == [KEYS["decomposed"], KEYS["composed"]]


def test_upper_and_lower_case_are_two_keys(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "A", b"1")
    put(subject.store, bucket, "a", b"2")
    assert get(subject.store, bucket, "A") == b"1"


@pytest.mark.parametrize("key", ["", "x" * 1025, "/".join(["é" * 100] * 6)])
def test_a_key_that_is_empty_or_longer_than_1024_bytes_is_refused(subject: Subject, bucket: str, key: str) -> None:
    with pytest.raises(BadNameError):
        put(subject.store, bucket, key)
    assert keys(subject.store, bucket) == []


def test_an_object_where_another_key_has_a_folder(subject: Subject, bucket: str) -> None:
    store = subject.store
    put(store, bucket, "a", b"object")
    put(store, bucket, "d/e/f", b"below")
    for key in ("a/b", "a/b/c", "d", "d/e"):
        if "above-objects" in subject.differences and key[0] == "d":
            continue
        if "below-an-object" in subject.differences:
            with pytest.raises(StorageError) as caught:
                put(store, bucket, key, b"second")
            assert caught.value.code == "InternalError"
        elif "clash" in subject.differences:
            with pytest.raises(BadNameError, match="cannot have"):
                put(store, bucket, key, b"second")
        else:
            put(store, bucket, key, b"second")
            assert get(store, bucket, key) == b"second"
            store.remove(bucket, key)
    assert (get(store, bucket, "a"), get(store, bucket, "d/e/f")) == (b"object", b"below")
    assert keys(store, bucket) == ["a", "d/e/f"]
    assert subject.leftovers(bucket) == []


def test_the_marker_of_an_empty_folder_is_an_object_with_a_slash(subject: Subject, bucket: str) -> None:
    store = subject.store
    put(store, bucket, "f/g/", b"")
    assert (store.stat(bucket, "f/g/").size, get(store, bucket, "f/g/")) == (0, b"")
    if "marker-without-slash" in subject.differences:
        assert keys(store, bucket) == ["f/g"]
        return
    assert keys(store, bucket) == ["f/g/"]
    assert store.page(bucket).prefixes == ["f/"]
    assert store.page(bucket, "f/").prefixes == ["f/g/"]
    assert [one.key for one in store.page(bucket, "f/g/").objects] == ["f/g/"]
    store.remove(bucket, "f/g/")
    assert keys(store, bucket) == []


def test_a_marker_beside_the_objects_in_its_folder(subject: Subject, bucket: str) -> None:
    store = subject.store
    put(store, bucket, "f/", b"")
    if "marker-without-slash" in subject.differences:
        with pytest.raises(StorageError):
            put(store, bucket, "f/a")
        return
    put(store, bucket, "f/a")
    shown = ["f/a"] if "marker-with-objects" in subject.differences else ["f/", "f/a"]
    assert keys(store, bucket) == shown
    store.remove(bucket, "f/a")
    assert keys(store, bucket) == ([] if "marker-falls" in subject.differences else ["f/"])
