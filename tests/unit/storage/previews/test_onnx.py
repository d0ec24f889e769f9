"""What an ONNX model says of itself, without its weights; damaged and hostile ones end in a sentence."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from cellift.storage.previews import windows
from unit.storage.previews.sampled import Counting, shown


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting.at(tmp_path)


def number(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)


def field(tag: int, value: int | bytes | str) -> bytes:
    """One field of a message, as protobuf writes it."""
    if isinstance(value, int):
        return number(tag << 3) + number(value)
    data = value.encode() if isinstance(value, str) else value
    return number(tag << 3 | 2) + number(len(data)) + data


def tensor_type(kind: int, *dimensions: int | str) -> bytes:
    shape = b"".join(field(1, field(1, one) if isinstance(one, int) else field(2, one)) for one in dimensions)
    return field(1, field(1, kind) + field(2, shape))


def value_info(name: str, kind: bytes) -> bytes:
    return field(1, name) + field(2, kind)


def node(operator: str, domain: str = "") -> bytes:
    return field(1, "in") + field(2, "out") + field(4, operator) + (field(7, domain) if domain else b"")


def weight(name: str, *shape: int) -> bytes:
    count = 4
    for one in shape:
        count *= one
    return b"".join(field(1, one) for one in shape) + field(2, 1) + field(8, name) + field(9, bytes(count))


def model(graph: bytes) -> bytes:
    opsets = field(8, field(2, 17)) + field(8, field(1, "com.microsoft") + field(2, 1))
    return field(1, 8) + field(2, "pytorch") + field(3, "2.5") + field(7, graph) + opsets


NODES = b"".join(field(1, node(*one)) for one in (("Conv",), ("Relu",), ("Conv",), ("Gelu", "com.microsoft")))
ENDS = (
    field(11, value_info("image", tensor_type(1, "batch", 3, 224, 224)))
    + field(11, value_info("w", tensor_type(1, 1000, 1500)))
    + field(12, value_info("label", field(4, field(1, tensor_type(7)))))
)


def test_what_a_model_takes_and_gives_is_told_without_its_weights(store: Counting) -> None:
    graph = NODES + field(2, "net") + field(5, weight("w", 1000, 1500)) + field(5, weight("b", 10)) + ENDS
    content = model(graph) + field(14, field(1, "task") + field(2, "none"))
    found = shown(store, "m.onnx", content)
    assert found.facts == [
        ("IR version", "8"), ("producer", "pytorch"), ("producer version", "2.5"), ("graph", "net"),
        ("opset", "ai.onnx 17, com.microsoft 1"),
        ("input image", "float32 batch x 3 x 224 x 224"),  # the weight is none, though it is listed so
        ("output label", "sequence of int64 (one value)"),
        ("nodes", "4"), ("  Conv", "2"), ("  Relu", "1"), ("  com.microsoft.Gelu", "1"),
        ("weights", "2 tensors, 1,500,010 values"), ("task", "none"),
    ]  # fmt: skip
    assert len(content) > 6_000_000 and store.given < 100_000


def test_one_that_is_cut_off_shows_its_beginning(store: Counting) -> None:
    content = model(NODES + field(5, weight("w", 1000, 1500)))[:200_000]
    found = shown(store, "m.onnx", content)
    assert found.facts is not None and ("  Conv", "2") in found.facts
    assert "damaged or cut off" in found.note


def test_one_of_very_many_weights_is_read_as_far_as_may_be(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    content = model(NODES + b"".join(field(5, weight(str(one), 2000)) for one in range(1500)) + ENDS)
    found = shown(store, "m.onnx", content)
    assert found.facts is not None and ("nodes", "4") in found.facts
    assert "too large to look through" in found.note and store.given < 3 << 20
    # Every jump takes a round trip: a slow server ends it, too.
    monkeypatch.setattr(windows, "SECONDS", -1.0)
    store.given = 0
    assert "too large to look through" in shown(store, "m.onnx", content).note and store.given <= 64 << 10


DEEP = tensor_type(1)
for _ in range(500):
    DEEP = field(4, field(1, DEEP))


@pytest.mark.parametrize(
    "graph",
    [
        field(11, value_info("x", DEEP)),
        field(5, b"".join(field(1, (1 << 64) - 1) for _ in range(10)) + field(8, "w")),
        field(5, field(1, b"\xff" * 50) + field(8, "w")),
        b"\x0a\x00" * 300_000,
        number(1 << 3 | 2) + number(1 << 62),
        number(1 << 3 | 7) + b"abc",
        b"\x00\x00",
        b"\xff" * 30,
        field(11, 5) + field(1, 5) + field(5, 5) + field(12, field(2, 7)),
        field(11, value_info("\x1b[31m<b>", tensor_type(99, *(["x" * 1000] * 100)))),
    ],
)
def test_hostile_ones_end_in_a_sentence(store: Counting, graph: bytes) -> None:
    before = time.monotonic()
    found = shown(store, "m.onnx", model(graph))
    assert found.note and time.monotonic() - before < 5 and store.given < 3 << 20
    assert all(len(name) < 300 and len(value) < 5000 for name, value in found.facts or ())


def test_what_would_never_be_over_is_told_as_such(store: Counting) -> None:
    assert "too large to look through" in shown(store, "m.onnx", model(b"\x0a\x00" * 300_000)).note
    huge = field(5, field(1, (1 << 40)) * 2 + field(8, "w"))
    assert "more values than can be" in shown(store, "m.onnx", model(huge)).note


def test_what_only_has_the_name_is_shown_as_what_it_is(store: Counting) -> None:
    assert shown(store, "m.onnx", b"version https://git-lfs.github.com/spec/v1\n").kind == "text"
    assert "not readable as Onnx" in shown(store, "m.onnx", b"\x08\x08 and so on").note


@pytest.mark.parametrize("seed", range(30))
def test_damaged_ones_end_in_a_sentence(store: Counting, seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray(model(NODES + field(5, weight("w", 3, 4)) + ENDS))
    for _ in range(8):
        damaged[rng.randrange(1, len(damaged))] = rng.randrange(256)
    assert shown(store, "m.onnx", bytes(damaged)).note
