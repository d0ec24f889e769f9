"""Which object a text is."""

from __future__ import annotations

import sys
from pathlib import Path

from cellift import values


def test_a_text_that_every_literal_of_it_is_stays_that(tmp_path: Path) -> None:
    literal, made = sys.intern("text_that_looks_like_a_name"), "".join(["text_that_looks", "_like_a_name"])
    values.write(tmp_path / "a", {"one": literal, "two": made, "short": "Ω", "long": sys.intern("long" * 2000)})
    found = values.Reader(tmp_path / "a")
    assert found["one"] is literal
    assert found["two"] == literal and found["two"] is not literal
    assert [group.get("interned") for group in found.index["groups"]] == [True, None, None, None]


def test_a_text_that_shares_its_file_stays_the_one_that_the_others_have(tmp_path: Path) -> None:
    literal = sys.intern("text_that_looks_like_a_name")
    values.write(tmp_path / "a", {"one": literal, "other": literal})
    found = values.Reader(tmp_path / "a")
    assert found["one"] is found["other"]
