"""Previews are short, cheap and never fail."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellift.values import preview, type_name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (None, "None"),
        ("a\nb", "'a\\nb'"),
        ([1, "a", None], "[1, 'a', None]"),
        ((1,), "(1,)"),
        ({}, "{}"),
        ({"a": [1, 2]}, "{'a': list of 2}"),
        (set(), "set()"),
        (list(range(1000)), "list of 1,000: 0, 1, 2, 3, 4, 5, \u2026"),
        ({1.5}, "set of 1: 1.5"),
        (np.zeros((150, 4)), "float64 (150, 4)"),
        (np.float32(1.5), "float32 1.5"),
        (np.array(2), "int64 2"),
        ([np.str_("a"), np.float64(1.5)], "['a', 1.5]"),
        (np.str_("a"), "'a'"),
        (pd.DataFrame({"a": range(1500), "b": 1}), "1,500 rows x 2 columns"),
        (pd.Series([1.0]), "1 rows, float64"),
        (10**5000, "int of 16,610 bits"),
        (len, "builtin_function_or_method len"),
        (b"x" * 100, "b'" + "x" * 40 + "'\u2026 (100 bytes)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_known_types(value: Any, text: str):
    assert preview(value) == text


class Broken:
    def __repr__(self) -> str:
        raise ValueError

    def __len__(self) -> int:
        raise ValueError


class Liar:
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


class Wordy:
    def __repr__(self) -> str:
        return "line\nline " * 1000


HOSTILE = {
    "broken": Broken,
    "liar": Liar,
    "wordy": Wordy,
    "long": lambda: "x" * 10**6,
    "surrogate": lambda: "\ud800",
    "nested": lambda: [[["x" * 1000] * 100] * 100] * 100,
    "deep": lambda: [[]],
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_never_fails_and_is_one_short_line(make: Any):
    text = preview(make())
    assert text and len(text) <= 200 and "\n" not in text
    text.encode()


def test_huge_containers_are_not_walked():
    huge = [list(range(1000))] * 2_000_000
    started = time.perf_counter()
    preview(huge)
    preview({"a": huge})
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (np.zeros(1), "numpy.ndarray"),
        (pd.DataFrame(), "pandas.DataFrame"),
        (np.float64(1), "numpy.float64"),
    ],
)
def test_type_names_are_those_that_people_use(value: Any, name: str):
    assert type_name(value) == name


def test_class_of_the_notebook_is_named_bare():
    kind = type("Mine", (), {"__module__": "__main__"})
    assert type_name(kind()) == "Mine"
