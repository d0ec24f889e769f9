"""Annotations of parameters: what they accept, read without running anything."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from cellift.notebook.parameters.annotations import read_annotation
from cellift.notebook.parameters.value_types import ValueType, convert, value_type


def read(text: str) -> ValueType | None:
    return read_annotation(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("int", "a whole number"),
        ("'float'", "a number"),
        ("Optional[int]", "a whole number, or None"),
        ("typing.Optional['int']", "a whole number, or None"),
        ("int | None", "a whole number, or None"),
        ("Union[int, str]", "a whole number or a text"),
        ("int | 'str | None'", "a whole number or a text, or None"),
        ("list[int]", "a list of whole numbers"),
        ("List[list[str]]", "a list of (a list of texts)"),
        ("dict[str, float]", "an object of numbers"),
        ("dict[str, Any]", "an object"),
        ("Sequence", "a list"),
        ("Literal['a', 'b']", "one of 'a', 'b'"),
        ("Literal['a'] | Literal['b']", "one of 'a', 'b'"),
        ("Literal['a', None]", "'a', or None"),
        ("Literal[1, -2, Literal[3]]", "one of 1, -2, 3"),
        ("Literal[1, 'a']", "1 or 'a'"),
        ("Annotated[int, 'how many']", "a whole number"),
        ("Annotated[int, Ge(0), Le(10)]", "a whole number at least 0 and at most 10"),
        ("Annotated[float, Field(gt=0, description='x')]", "a number more than 0"),
        ("Annotated[float, annotated_types.Interval(ge=0, lt=1)]", "a number at least 0 and less than 1"),
        ("Annotated[str, Len(1, 3)]", "a text of length at least 1 and of length at most 3"),
        ("Annotated[str, ('x', 'y')]", "one of 'x', 'y'"),
        ("Final[int]", "a whole number"),
        ("Any", "any value"),
    ],
)
def test_an_annotation_says_what_is_accepted(annotation: str, words: str) -> None:
    found = read(annotation)
    assert found is not None
    assert found.words == words
    assert value_type(found.to_dict()) == found


@pytest.mark.parametrize(
    "annotation", ["Path", "int | Path", "Literal[Colour.RED]", "np.ndarray", "f()", "tuple[int, ...]", "'int |'", "3"]
)
def test_what_is_not_understood_says_nothing(annotation: str) -> None:
    assert read(annotation) is None


@pytest.mark.parametrize("annotation", ["__import__('os').abort()", "Annotated[int, __import__('os').abort()]"])
def test_an_annotation_is_never_run(annotation: str) -> None:
    read(annotation)


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        ("Optional[int]", "None", None),
        ("Optional[int]", "null", None),
        ("Optional[int]", "7", 7),
        ("Optional[str]", "null", None),
        ("Optional[str]", '"null"', "null"),
        ("Optional[str]", "5", "5"),
        ("int | str", "5", 5),
        ("int | str", "five", "five"),
        ("int | float", "5", 5),
        ("float | None", "5", 5.0),
        ("float", 5, 5.0),
        ("list[float]", "[1, 2.5]", [1, 2.5]),
        ("dict[str, int]", "{'a': 1}", {"a": 1}),
        ("Literal['1', '2']", "1", "1"),
        ("Literal[1, 2]", "2", 2),
        ("Literal[1, 'a']", "a", "a"),
        ("Annotated[int, Ge(0)]", "0", 0),
        ("str", "'quoted'", "quoted"),
        ("Literal[\"'q'\"]", "'q'", "'q'"),
    ],
)
def test_a_value_is_read_as_the_annotation_says(annotation: str, given: Any, value: Any) -> None:
    wanted = read(annotation)
    assert wanted is not None
    found = convert(given, wanted)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        ("Optional[int]", "x"),
        ("int", None),
        ("int | str", [1]),
        ("list[int]", "[1, 'a']"),
        ("list[int]", "[true]"),
        ("list", "(1, 2)"),
        ("dict[str, int]", {"a": "b"}),
        ("Literal['a', 'b']", "c"),
        ("Literal[1, 2]", "true"),
        ("Annotated[int, Ge(0), Le(10)]", "11"),
        ("Annotated[str, MinLen(2)]", "a"),
        ("Any", "(1, 2)"),
        ("Any", float("inf")),
    ],
)
def test_another_value_is_refused(annotation: str, given: Any) -> None:
    wanted = read(annotation)
    assert wanted is not None
    with pytest.raises(ValueError):
        convert(given, wanted)


@pytest.mark.parametrize(
    "annotation",
    ["Literal[x]", "Literal[Literal[x]]", "Literal[1.5]", "Annotated[Unknown, Ge(0)]", "Literal[()]", "int | f()"],
)
def test_parts_that_are_not_understood_say_nothing_of_the_whole(annotation: str) -> None:
    assert read(annotation) is None


@pytest.mark.parametrize(
    ("annotation", "same_as"),
    [
        ("Annotated[int, []]", "int"),
        ("Annotated[int, ['a']]", "int"),
        ("Annotated[int, 5]", "int"),
        ("Annotated[int, {1, 2}]", "Annotated[int, [1, 2]]"),
        ("Final[int]", "int"),
        ("list[Any]", "list"),
        ("Annotated[str, Ge(0)]", "str"),
        ("Annotated[int, Len(1, 2)]", "int"),
        ("Annotated[None, Ge(0)]", "None"),
    ],
)
def test_remarks_leave_the_type_as_it_is(annotation: str, same_as: str) -> None:
    assert read(annotation) == read(same_as)
