"""Each kind of preview shows what its objects hold, from few bytes; damaged and hostile ones end in a sentence."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from cellift.storage.errors import StorageError
from cellift.storage.place import Place
from cellift.storage.previews import choosing
from cellift.storage.previews.api import HEAD, MOST, Preview, Sample
from unit.storage.previews.sampled import Counting, shown


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting.at(tmp_path)


def test_text_is_shown_up_to_64_kib(store: Counting) -> None:
    found = shown(store, "big.txt", "größe\n".encode() * 1_000_000)
    assert (found.kind, found.cut, found.read, store.given) == ("text", True, HEAD, HEAD)
    assert found.text is not None and found.text.startswith("größe\n") and "\ufffd" not in found.text
    assert shown(store, "a.py", b"x = 1").mime == "text/x-python"
    assert shown(store, "latin", "größe".encode("latin-1")).text == "größe"
    assert shown(store, "utf16", "größe".encode("utf-16")).text == "größe"


def test_bytes_are_shown_as_such(store: Counting) -> None:
    found = shown(store, "n.bin", bytes(range(256)) * 400)
    assert found.text is not None and found.text.startswith("00000000  00 01 02") and found.note == "Bytes, no text."
    assert shown(store, "empty", b"").note == "It is empty."


def test_rows_of_separated_values(store: Counting) -> None:
    found = shown(store, "t.csv", b'name,n\n"a, b",1\n"two\nlines",2.5\nshort\n')
    assert found.columns == [("name", "text"), ("n", "number")]
    assert found.rows == [["a, b", "1"], ["two\nlines", "2.5"], ["short", None]] and not found.cut
    assert shown(store, "t.tsv", b"a\tb\n1\t2\n").rows == [["1", "2"]]
    assert shown(store, "semi.csv", b"a;b\n1;2\n3;4\n").rows == [["1", "2"], ["3", "4"]]
    many = shown(store, "many.csv", b"n,text\n" + b"".join(b"%d,xxxxxxxxxx\n" % one for one in range(100_000)))
    assert many.rows is not None and len(many.rows) == 200 and many.cut and many.read is None
    few = shown(store, "wide.csv", b"n,text\n" + b"".join(b"%d,%s\n" % (one, b"x" * 9000) for one in range(20)))
    assert few.read == HEAD
    assert few.rows is not None and [row[0] for row in few.rows] == [str(one) for one in range(len(few.rows))]
    assert all(row[1] is not None and len(row[1]) <= 501 for row in few.rows)


def test_json_and_lines_of_it(store: Counting) -> None:
    assert shown(store, "a.json", b'{"a":[1]}').text == '{\n  "a": [\n    1\n  ]\n}'
    assert shown(store, "bad.json", b'{"a":').note.startswith("Text.")
    cut = shown(store, "big.json", b'{"a": "' + b"x" * 100_000 + b'"}')
    assert cut.cut and cut.text is not None and cut.text.startswith('{"a": "xxx')
    lines = shown(store, "a.jsonl", b'{"a": 1, "b": null}\n{"c": {"d": true}}\n')
    assert lines.columns == [("a", "number"), ("b", "text"), ("c", "text")]
    assert lines.rows == [["1", None, None], [None, None, '{"d": true}']]
    assert shown(store, "deep.json", b"[" * 60_000).kind == "text"


def test_schema_and_rows_of_parquet_without_reading_it_whole(store: Counting) -> None:
    rng = numpy.random.default_rng(0)
    frame = pandas.DataFrame({"x": range(300_000), "noise": rng.random(300_000), "s": ["a"] * 300_000})
    file = io.BytesIO()
    frame.to_parquet(file, row_group_size=20_000)
    assert len(file.getvalue()) > 3 << 20
    found = shown(store, "t.parquet", file.getvalue())
    assert found.columns is not None and [name for name, _ in found.columns] == ["x", "noise", "s"]
    assert found.rows is not None and found.rows[1][0] == "1" and len(found.rows) == 50
    assert "300000 rows" in found.note and store.given < 1 << 20
    damaged = file.getvalue()[:-8] + struct.pack("<I", 2**31) + b"PAR1"
    assert "not readable as Parquet" in shown(store, "bad.parquet", damaged).note


def test_pictures_are_told_by_their_bytes(store: Counting) -> None:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x06\0\0\0"
    found = shown(store, "p.txt", png)
    assert (found.kind, found.mime, found.note) == ("image", "image/png", "PNG, 640 x 480 pixels.")
    jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x11\x08" + struct.pack(">HH", 20, 30) + b"\3" * 20
    assert shown(store, "p.jpg", jpeg).note == "JPEG, 30 x 20 pixels."
    assert shown(store, "p.gif", b"GIF89a" + struct.pack("<HH", 3, 4)).note == "GIF, 3 x 4 pixels."
    assert shown(store, "p.png", b"<script>alert(1)</script>").kind == "text"
    store.given = 0
    assert shown(store, "huge.png", png + b"\0" * MOST).kind == "none" and store.given <= HEAD


def test_the_header_of_an_array(store: Counting) -> None:
    file = io.BytesIO()
    numpy.save(file, numpy.zeros((3, 4), "float32"))
    assert shown(store, "a.npy", file.getvalue()).facts == [
        ("dtype", "<f4"), ("shape", "3 x 4"), ("order", "C (rows first)"),
    ]  # fmt: skip
    evil = b"{'descr': __import__('os').system('x'), 'shape': ()}"
    for head in (
        b"\x93NUMPY\1\0" + struct.pack("<H", len(evil)) + evil,
        b"\x93NUMPY\2\0\xff\xff\xff\xff",
        b"\x93NUMPY",
    ):
        assert "not readable as Npy" in shown(store, "bad.npy", head).note


def test_cells_of_a_notebook(store: Counting) -> None:
    cells = [
        {"cell_type": "code", "source": ["a = 1\n", "a"], "outputs": []},
        {"cell_type": "markdown", "source": "# T"},
    ]
    found = shown(store, "n.ipynb", json.dumps({"cells": cells, "nbformat": 4}).encode())
    assert found.cells == [("code", "a = 1\na"), ("markdown", "# T")]
    assert shown(store, "bad.ipynb", b'{"cells": 3}').kind == "text"


def test_tensors_of_safetensors(store: Counting) -> None:
    head = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"format": "pt"}}
    text = json.dumps(head).encode()
    found = shown(store, "m.safetensors", struct.pack("<Q", len(text)) + text + b"\0" * 24)
    assert found.facts == [("w", "F32 2 x 3"), ("format", "pt")]
    assert "not readable" in shown(store, "bad.safetensors", struct.pack("<Q", 2**60) + b"{" * 20).note


class Bomb:
    """Loading it would leave a mark."""

    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('it was loaded')",)


def test_a_pickle_is_never_loaded(store: Counting) -> None:
    with pytest.raises(SystemExit):
        pickle.loads(pickle.dumps(Bomb()))  # the bomb works
    for protocol in (2, 4, 5):
        found = shown(store, "m.pkl", pickle.dumps(Bomb(), protocol))
        assert found.facts is not None and ("protocol", str(protocol)) in found.facts
        assert any(value.endswith("exec") for _, value in found.facts)


def test_members_of_an_archive(store: Counting) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", "x" * 1_000_000)
    assert shown(store, "a.zip", file.getvalue()).rows == [["a/b.txt", "1000000"]]
    assert "not readable as Zip" in shown(store, "bad.zip", file.getvalue()[:30]).note


def test_what_gzip_holds_is_unpacked_no_further_than_it_is_shown(store: Counting) -> None:
    assert shown(store, "t.csv.gz", gzip.compress(b"a,b\n1,2\n")).rows == [["1", "2"]]
    bomb = shown(store, "bomb.txt.gz", gzip.compress(b"0" * 50_000_000))
    assert bomb.text is not None and len(bomb.text) == HEAD and bomb.cut
    assert shown(store, "bad.gz", b"\x1f\x8b\x08" + b"\0" * 40).kind in ("none", "text")


def test_a_page_is_its_source(store: Counting) -> None:
    found = shown(store, "p.html", b"<script>alert(1)</script>")
    assert (found.kind, found.text) == ("html", "<script>alert(1)</script>")


def test_a_text_that_is_made_to_take_hours_is_told_apart_at_once(store: Counting) -> None:
    # Ten seconds and more for each thousand of spaces, with csv.Sniffer.
    found = shown(store, "slow.csv", b'"a",' + b" " * 2000 + b'"' * 1000 + b"x\n1,2\n")
    assert found.kind == "table" and found.columns is not None and found.columns[0][0] == "a"
    assert shown(store, "pipe.csv", b"a|b,c\n1|2,x\n3|4\n5|6\n").rows == [["1", "2,x"], ["3", "4"], ["5", "6"]]


def test_a_small_document_that_would_be_set_out_large_is_cut(store: Counting) -> None:
    found = shown(store, "deep.json", b"[" * 900 + b"1," * 31_000 + b"1" + b"]" * 900)
    assert found.cut and found.text is not None and len(found.text) <= 4 * HEAD


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("a.npy", b"\x93NUMPY\1\0"),
        ("a.npy", b"\x93NUMPY\2\0\1\0"),
        ("n.ipynb", b'{"cells": [1, 2]}'),
        ("n.ipynb", b'{"cells": "abc"}'),
        ("n.ipynb", b'{"cells": [{"cell_type": [], "source": 3}]}'),
        ("m.safetensors", struct.pack("<Q", 2) + b"{}"),
        ("m.safetensors", struct.pack("<Q", 20) + b'{"__metadata__":"x"}'),
        ("m.safetensors", struct.pack("<Q", 14) + b'{"a":{"b":1}} '),
    ],
)
def test_headers_of_the_wrong_shape_end_in_a_sentence(store: Counting, key: str, content: bytes) -> None:
    assert shown(store, key, content).note


def test_remarks_without_end_are_cut(store: Counting) -> None:
    text = json.dumps({"__metadata__": {str(one): "x" for one in range(100_000)}}).encode()
    found = shown(store, "m.safetensors", struct.pack("<Q", len(text)) + text)
    assert found.facts is not None and len(found.facts) == 500


def test_a_small_table_that_unpacks_to_a_large_one_shows_its_schema(
    store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyarrow import parquet

    def no_rows(*_: object, **__: object) -> None:
        raise AssertionError("rows were unpacked")

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", no_rows)
    for frame in (
        pandas.DataFrame({"s": ["x" * 20_000_000]}),
        pandas.DataFrame({"s": [numpy.zeros(1_000_000, "int8")] * 2}),
    ):
        file = io.BytesIO()
        frame.to_parquet(file, compression="zstd")
        found = shown(store, "bomb.parquet", file.getvalue())
        assert found.rows == [] and "too large" in found.note and found.columns is not None
        assert [name for name, _ in found.columns] == ["s"]


def test_values_that_python_has_no_type_for_are_shown(store: Counting) -> None:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    far = pyarrow.array([10**18], pyarrow.timestamp("us"))
    nowhere = pyarrow.array([1], pyarrow.timestamp("us", "No/Where"))
    table = pyarrow.table([far, nowhere, pyarrow.array([1]), pyarrow.array([2])], names=["far", "zone", "x", "x"])
    parquet.write_table(table, file)
    found = shown(store, "t.parquet", file.getvalue())
    assert found.rows is not None and found.rows[0][1:] == ["(cannot be shown)", "1", "2"]
    assert str(10**18) in str(found.rows[0][0])


def named_in(store: Counting, content: bytes) -> list[str]:
    facts = shown(store, "m.pkl", content).facts
    assert facts is not None
    return [value for name, value in facts if name == "uses"]


def test_what_a_pickle_hides_is_named(store: Counting) -> None:
    def word(text: bytes) -> bytes:
        return b"\x8c" + bytes([len(text)]) + text

    assert named_in(store, pickle.dumps([Path, Bomb], 4))[1].endswith(".Bomb")
    # The words of a harmless name are put above those that are used, and taken away again.
    memo = word(b"os") + b"\x94" + word(b"system") + b"\x94" + word(b"math") + word(b"floor") + b"00h\0h\1\x93."
    assert named_in(store, b"\x80\x04" + memo) == ["os.system"]
    assert named_in(store, b"\x80\x02(S'x'\nios\nsystem\n.") == ["os.system"]
    assert named_in(store, b"\x80\x02\x82\7.") == ["number 7 of copyreg's extensions"]
    assert named_in(store, b"\x80\x04cos\nsystem\n\xff") == ["os.system"]  # damaged later
    assert named_in(store, b"\x80\x04NN\x93.") == ["a name that is made up while it is loaded"]


def test_no_preview_reads_more_than_it_may(store: Counting) -> None:
    content = b"x" * (MOST + 10)
    store.write("wine", "n", io.BytesIO(content), size=len(content))
    found = store.stat("wine", "n")
    sample = Sample(Place(store, "local", "wine", "n"), found.size, "", found.etag)
    with pytest.raises(StorageError, match="more bytes"):
        sample.range(0, MOST + 1)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_objects_end_in_a_sentence(store: Counting, seed: int) -> None:
    rng = numpy.random.default_rng(seed)
    frame = io.BytesIO()
    pandas.DataFrame({"x": range(100)}).to_parquet(frame)
    array = io.BytesIO()
    numpy.save(array, numpy.zeros(5))
    for key, content in (
        ("t.parquet", frame.getvalue()),
        ("a.npy", array.getvalue()),
        ("m.pkl", pickle.dumps([1, "a"])),
    ):
        damaged = bytearray(content)
        for place in rng.integers(4, len(damaged), 8):
            damaged[place] = rng.integers(0, 256)
        assert shown(store, key, bytes(damaged)).note


class Own:
    """A preview of another package."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        return sample.name.endswith(".own")

    def preview(self, sample: Sample, head: bytes) -> Preview:
        return Preview("facts", "Mine.", facts=[("head", head.decode())])


class Entry:
    def __init__(self, name: str, loaded: Any) -> None:
        self.name, self.value, self._loaded = name, f"package:{name}", loaded

    def load(self) -> Any:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def test_previews_of_packages_come_first_and_a_broken_one_is_passed_over(
    store: Counting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Own):
        """It fails with whatever it likes."""

        def preview(self, sample: Sample, head: bytes) -> Preview:
            raise AttributeError("a mistake of another package")

    entries = [Entry("broken", ImportError("no such thing")), Entry("failing", Failing), Entry("own", Own)]
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: entries if group == choosing.ENTRY_POINTS else []
    )
    assert shown(store, "n.own", b"mine").facts == [("head", "mine")]
    assert "'broken'" in caplog.text
