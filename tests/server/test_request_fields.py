from __future__ import annotations

import pytest

from cellift.server.errors import ApiError
from cellift.server.fields import Fields

KNOWN = frozenset({"path", "content"})


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_a_body_that_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(ApiError, match="must be a JSON object"):
        Fields.of_body(document, KNOWN)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(ApiError, match="`notebok`"):
        Fields.of_body({"path": "a.ipynb", "notebok": {}}, KNOWN)


@pytest.mark.parametrize("value", [None, "", 3, ["a"], True])
def test_a_text_that_is_needed_is_named(value: object) -> None:
    with pytest.raises(ApiError, match="`path`") as caught:
        Fields({"path": value}).text("path")
    assert caught.value.status_code == 400


@pytest.mark.parametrize("value", ["-1", "1.5", "x", "101", "٣", "9" * 40])
def test_a_number_outside_its_bounds_is_named(value: str) -> None:
    with pytest.raises(ApiError, match=r"`limit` must be a whole number from 1 to 100"):
        Fields({"limit": value}).integer("limit", 5, low=1, high=100)


@pytest.mark.parametrize("value", ["nan", "-1", "inf", "21", "x"])
def test_seconds_outside_their_bounds_are_named(value: str) -> None:
    with pytest.raises(ApiError, match="`wait`"):
        Fields({"wait": value}).seconds("wait", high=20)


def test_absent_fields_take_their_defaults() -> None:
    fields = Fields({})
    assert fields.optional_text("a") is None
    assert fields.optional_mapping("a") is None
    assert fields.optional_texts("a", at_most=3) == []
    assert fields.integer("a", 5, low=1) == 5
    assert fields.seconds("a", high=20) == 0


def test_a_list_that_is_too_long_or_mixed_is_named() -> None:
    for value in (["a", 1], "a", ["a"] * 4):
        with pytest.raises(ApiError, match="`runs`"):
            Fields({"runs": value}).optional_texts("runs", at_most=3)
