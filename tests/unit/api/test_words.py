from __future__ import annotations

import time

import pytest

from cellift.api import words
from cellift.runs import states
from cellift.runs.clock import timestamp


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.012, "12 ms"),
        (0.0999, "0.1 s"),
        (4.12, "4.1 s"),
        (59.96, "1 min"),
        (190, "3 min 10 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (97200, "1 d 3 h"),
    ],
)
def test_lengths_of_time_have_units(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1288490189, "1.2 GiB"), (1 << 20, "1.0 MiB")]
)
def test_sizes_have_binary_units(count: int, text: str) -> None:
    assert words.size(count) == text


def test_every_state_has_a_sign_and_a_word() -> None:
    assert set(words.ICONS) == states.ALL
    assert words.word(states.SUCCEEDED) == "Succeeded"


def test_a_day_before_today_is_named() -> None:
    assert words.when(timestamp()) == time.strftime("%H:%M")
    assert words.when("2001-02-03T12:00:00.000Z") == "03 Feb 2001"


def test_short_ids_grow_until_they_differ() -> None:
    same = "0198a7c2-1b3d-7"
    found = words.short_ids([same + "aaa-x", same + "aab-x"])
    assert list(found.values()) == [same + "aaa", same + "aab"]
    assert words.short_ids([same + "aaa-x"]) == {same + "aaa-x": same[:13]}


def test_time_before_the_start_is_unknown() -> None:
    assert words.seconds_between(None, None) is None
    assert words.seconds_between("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.500Z") == 1.5
