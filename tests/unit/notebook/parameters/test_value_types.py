"""What a parameter accepts: texts and values that fit a type, how it is told, and how it is written down."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cellift.notebook.parameters.value_types import ANY, ValueType, convert, either_of, fit, same, value_type

INT, FLOAT, BOOL, STR = (ValueType(name) for name in ("int", "float", "bool", "str"))
LIST, DICT = ValueType("list"), ValueType("dict")
MAYBE_INT, MAYBE_STR = ValueType("int", optional=True), ValueType("str", optional=True)
INTS, FLOATS = ValueType("list", items=INT), ValueType("dict", items=FLOAT)
CHOICE = ValueType("str", choices=("a", "5"))
SHORT = ValueType("list", limits=(("min_length", 1), ("max_length", 2)))
SHARE = ValueType("float", limits=(("ge", 0), ("lt", 1)))
POSITIVE = ValueType("int", limits=(("gt", 0), ("le", 9)))
EITHER = ValueType("none", either=(FLOAT, INT, STR))

FITS: list[tuple[ValueType, Any, Any]] = [
    (INT, "5", 5),
    (INT, 5, 5),
    (FLOAT, "5", 5.0),
    (FLOAT, 5, 5.0),
    (BOOL, "true", True),
    (BOOL, "True", True),
    (STR, "5", "5"),
    (STR, '"5"', "5"),
    (STR, "'a b'", "a b"),
    (STR, '"a', '"a'),
    (STR, ' "a" ', ' "a" '),
    (STR, '"a" + "b"', '"a" + "b"'),
    (STR, "'", "'"),
    (STR, "", ""),
    (LIST, "[1, 'a']", [1, "a"]),
    (DICT, "{'a': [None]}", {"a": [None]}),
    (MAYBE_INT, "null", None),
    (MAYBE_INT, "None", None),
    (MAYBE_INT, None, None),
    (MAYBE_STR, "null", None),
    (MAYBE_STR, "'null'", "null"),
    (MAYBE_STR, "x", "x"),
    (INTS, "[1, 2]", [1, 2]),
    (FLOATS, {"a": 1.0}, {"a": 1.0}),
    (CHOICE, "a", "a"),
    (CHOICE, "5", "5"),
    (SHORT, [1], [1]),
    (SHARE, 0, 0.0),
    (POSITIVE, 9, 9),
    (EITHER, 5, 5),
    (EITHER, 5.0, 5.0),
    (EITHER, "x", "x"),
    (ANY, "[1]", [1]),
    (ANY, "a b", "a b"),
    (ANY, None, None),
    (ANY, {"a": [1.5, "b", None, True]}, {"a": [1.5, "b", None, True]}),
]


@pytest.mark.parametrize(("wanted", "given", "expected"), FITS)
def test_what_fits_is_taken_as_the_type_wants_it(wanted: ValueType, given: Any, expected: Any) -> None:
    found = convert(given, wanted)
    assert same(found, expected), found


REFUSED: list[tuple[ValueType, Any]] = [
    (INT, "5.0"),
    (INT, 5.0),
    (INT, True),
    (INT, "x"),
    (INT, None),
    (FLOAT, "x"),
    (FLOAT, True),
    (FLOAT, 10**400),
    (BOOL, 1),
    (STR, 5),
    (STR, "\ud800"),
    (LIST, "(1, 2)"),
    (LIST, [(1,)]),
    (LIST, [math.nan]),
    (DICT, {1: 2}),
    (DICT, "{1: 2}"),
    (DICT, {"a": {1}}),
    (INTS, [1, "a"]),
    (FLOATS, {"a": "b"}),
    (CHOICE, "b"),
    (ValueType("int", choices=(1, 2)), True),
    (SHORT, []),
    (SHORT, [1, 2, 3]),
    (SHARE, 1.0),
    (SHARE, -0.1),
    (POSITIVE, 0),
    (POSITIVE, 10),
    (EITHER, [1]),
    (ANY, (1, 2)),
    (ANY, "(1, 2)"),
]


@pytest.mark.parametrize(("wanted", "given"), REFUSED)
def test_what_does_not_fit_is_told_in_the_words_of_the_type(wanted: ValueType, given: Any) -> None:
    with pytest.raises(ValueError) as caught:
        convert(given, wanted)
    assert str(caught.value)


def test_numbers_in_a_list_of_floats_may_be_whole() -> None:
    assert fit([1, 2.5], ValueType("list", items=FLOAT)) == [1, 2.5]


WORDS: list[tuple[ValueType, str]] = [
    (INT, "a whole number"),
    (MAYBE_INT, "a whole number, or None"),
    (CHOICE, "one of 'a', '5'"),
    (ValueType("str", choices=("a",)), "'a'"),
    (INTS, "a list of whole numbers"),
    (ValueType("list", items=CHOICE), "a list of (one of 'a', '5')"),
    (ValueType("list", items=MAYBE_INT), "a list of (a whole number, or None)"),
    (ValueType("list", items=INTS), "a list of (a list of whole numbers)"),
    (ValueType("list", items=POSITIVE), "a list of (a whole number more than 0 and at most 9)"),
    (SHORT, "a list of length at least 1 and of length at most 2"),
    (EITHER, "a number or a whole number or a text"),
    (ANY, "any value"),
]


@pytest.mark.parametrize(("told", "words"), WORDS)
def test_types_in_words_and_written_down(told: ValueType, words: str) -> None:
    assert told.words == words
    assert value_type(told.to_dict()) == told


def test_a_plain_type_is_written_as_its_name_alone() -> None:
    assert [INT.to_dict(), MAYBE_STR.to_dict()] == [{"type": "int"}, {"type": "str", "optional": True}]
    assert (INT.carrier, MAYBE_INT.carrier) == ("int", "none")


@pytest.mark.parametrize(
    "told", [{}, {"type": "set"}, {"type": "int", "limits": {"odd": 1}}, {"type": "list", "items": 5}, []]
)
def test_what_is_no_type_is_not_read(told: Any) -> None:
    with pytest.raises(ValueError):
        value_type(told)


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (1, True, False),
        (1, 1.0, False),
        ([1, [2]], [1, [2]], True),
        ([1], [1, 2], False),
        ([1], [True], False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        ([math.nan], [math.nan], True),
    ],
)
def test_sameness_goes_all_the_way_down(first: Any, second: Any, alike: bool) -> None:
    assert same(first, second) is alike


@pytest.mark.parametrize(
    ("parts", "optional", "expected"),
    [
        ([INT], False, INT),
        ([INT, INT], True, MAYBE_INT),
        ([MAYBE_INT], False, MAYBE_INT),
        ([INT, ANY], False, ANY),
        ([CHOICE, ValueType("str", choices=("5", "z"))], False, ValueType("str", choices=("a", "5", "z"))),
        (
            [CHOICE, ValueType("int", choices=(1,))],
            False,
            ValueType("none", either=(CHOICE, ValueType("int", choices=(1,)))),
        ),
        ([MAYBE_INT, STR], False, ValueType("none", optional=True, either=(INT, STR))),
    ],
)
def test_unions(parts: list[ValueType], optional: bool, expected: ValueType) -> None:
    assert either_of(parts, optional=optional) == expected
