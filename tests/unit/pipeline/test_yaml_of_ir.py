from __future__ import annotations

import pytest
import yaml

from cellift.pipeline.ir import dump_ir

KEYS = [
    "",
    "a",
    "k" * 127,
    "k" * 128,
    "k" * 129,
    "é" * 64,
    "é" * 65,
    "two\nlines",
    "1",
    "null",
    "- x",
    "a: b",
    " ",
    "#",
]


def test_with_and_without_libyaml_the_same_text_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    ir = {"schemaVersion": "2.1.0", "values": [{key: [key, -0.0, 1e300, True, None]} for key in KEYS]}
    written = dump_ir(ir)
    monkeypatch.delattr(yaml, "CSafeDumper")
    assert dump_ir(ir) == written
    assert yaml.safe_load(written) == ir
