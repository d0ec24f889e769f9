from __future__ import annotations

import pytest

from cellift.storage.shown import quoted, shown


@pytest.mark.parametrize("name", ["plain.csv", "数据 ü/é.txt", "<script>&amp;%2e%2e+ 'x' \"y\"", "👩‍👩‍👧.png"])
def test_text_stays_as_it_is(name: str) -> None:
    assert shown(name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\r\tc\x00", "a\\nb\\r\\tc\\x00"),
        ("\x9b31m", "\\x9b31m"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("a\u2028b\u2066c", "a\\u2028b\\u2066c"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_a_terminal_or_a_reader_would_obey_is_written_out(name: str, text: str) -> None:
    assert shown(name) == text


def test_a_long_name_in_a_message_loses_its_middle() -> None:
    assert quoted("a" * 200 + "/end.csv", 20) == f"'{'a' * 10}…aa/end.csv'"
    assert quoted("short") == "'short'"
