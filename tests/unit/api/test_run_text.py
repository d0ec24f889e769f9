"""A run in lines of text."""

from __future__ import annotations

from typing import Any

import pytest

from cellift.api.run_text import error_text, object_lines


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


def test_what_steps_read_and_where_it_is_stored_is_told_with_keys_escaped() -> None:
    read = {"uri": "cellift://s/b/x\x1b[31m", "etag": "e", "bytes": 2048}
    artifacts = [{"stored": f"cellift://s/b/team/RUN/{step}/values/"} for step in ("a", "b")]
    run = {"tasks": [{"name": "load", "reads": [read]}, {"name": "use", "reads": []}], "artifacts": artifacts}
    assert object_lines(run) == ["load reads s/b/x\\x1b[31m (etag e, 2.0 KiB)", "Stored in s/b/team/RUN/"]
    assert object_lines({"tasks": [], "artifacts": [{"stored": None}]}) == []
