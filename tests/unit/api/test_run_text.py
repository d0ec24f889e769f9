"""A run in lines of text."""

from __future__ import annotations

from typing import Any

import pytest

from cellift.api.run_text import error_text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"type": "ValueError", "message": "bad"}, "ValueError: bad"),
        ({"type": "ValueError", "message": "\nbad\nvery bad\n"}, "ValueError: bad …"),
        ({"type": "KeyboardInterrupt", "message": ""}, "KeyboardInterrupt"),
        ({"type": None, "message": "Step a was ended."}, "Step a was ended."),
        ({"type": None, "message": ""}, "Exception"),
    ],
)
def test_an_error_is_one_line(error: dict[str, Any], text: str) -> None:
    assert error_text({"reason": "Exception", **error}) == text


def test_an_endless_line_is_cut() -> None:
    text = error_text({"reason": "Exception", "type": "E", "message": "x" * 10_000})
    assert len(text) < 600 and text.endswith("…")
