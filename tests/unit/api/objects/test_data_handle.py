"""``cellift.data``: names, bytes, files and tables of objects, over the local tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cellift
from cellift.api import Data
from cellift.storage.api import Store
from cellift.storage.errors import BadNameError, ConditionError, NotFoundError, StorageError, UnsupportedError
from cellift.storage.local.tree import LocalTree


def test_names_are_put_together_and_taken_apart(wine: Data) -> None:
    one = cellift.data("local") / "wine" / "a/" / "b.csv"
    assert (one.connection, one.bucket, one.key, one.name) == ("local", "wine", "a/b.csv", "b.csv")
    assert str(one) == "local/wine/a/b.csv" and repr(one) == "cellift.data('local/wine/a/b.csv')"
    assert one.uri == "cellift://local/wine/a/b.csv" and cellift.data(one.uri) == one
    assert one.parent == wine / "a/" and one.parent.parent == wine and wine.parent == cellift.data("local")
    for name in ("", "/etc"):
        with pytest.raises(BadNameError):
            wine / name


def test_bytes_and_text_come_back(wine: Data) -> None:
    (wine / "n").write_bytes(b"\x00\xff")
    assert (wine / "n").read_bytes() == b"\x00\xff" and (wine / "n").read_bytes(1) == b"\xff"
    (wine / "t").write_text("größe")
    assert (wine / "t").read_text() == "größe" and (wine / "t").stat().size == 7
    assert (wine / "t").exists() and not (wine / "u").exists() and wine.exists()
    assert not cellift.data("local/nobody").exists()


def test_a_write_holds_to_its_condition(wine: Data) -> None:
    etag = (wine / "n").write_bytes(b"1", if_absent=True).etag
    with pytest.raises(ConditionError):
        (wine / "n").write_bytes(b"2", if_absent=True)
    (wine / "n").write_bytes(b"3", if_match=etag)
    with pytest.raises(ConditionError):
        (wine / "n").write_bytes(b"4", if_match=etag)
    with pytest.raises(ConditionError), (wine / "n").open("xb") as file:
        file.write(b"5")
    assert (wine / "n").read_bytes() == b"3"


def test_a_file_that_is_read_asks_only_for_what_is_read(wine: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes(range(256)) * 65536  # 16 MiB
    (wine / "big").write_bytes(content)
    given: list[int] = []
    read = LocalTree.read

    def counted(self: Store, *args: Any, **options: Any) -> Any:
        for piece in read(self, *args, **options):  # type: ignore[arg-type]
            given.append(len(piece))
            yield piece

    monkeypatch.setattr(LocalTree, "read", counted)
    with (wine / "big").open() as file:
        assert file.seekable()
        file.seek(-300, 2)
        assert file.read() == content[-300:]
        file.seek(5)
        assert file.read(3) == content[5:8]
    assert sum(given) <= 300 + (1 << 20)
    given.clear()
    with (wine / "big").open() as file:
        assert b"".join(iter(lambda: file.read(100_000), b"")) == content
    assert sum(given) == len(content)


def test_a_file_that_was_written_is_there_once_it_is_closed(wine: Data) -> None:
    with (wine / "n.txt").open("w") as file:
        for number in range(200_000):
            file.write(f"{number}\n")
        assert not (wine / "n.txt").exists()
    with (wine / "n.txt").open("r") as file:
        assert [int(line) for line in file] == list(range(200_000))


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_block_that_fails_writes_nothing(wine: Data, mode: str) -> None:
    with pytest.raises(KeyError), (wine / "n").open(mode) as file:
        file.write("x" * 5_000_000 if mode == "w" else b"x" * 5_000_000)
        raise KeyError
    assert not (wine / "n").exists() and wine.ls().names() == []


def test_what_the_store_refuses_is_raised_where_it_is_written(wine: Data) -> None:
    with pytest.raises(BadNameError), cellift.data("local/wine/a\\b").open("wb") as file:
        file.write(b"x")
    with pytest.raises(NotFoundError):
        cellift.data("local/nobody/n").open()


def test_modes_that_objects_do_not_have_are_refused(wine: Data) -> None:
    for mode in ("a", "r+", "rw", "", "rbt"):
        with pytest.raises(ValueError, match="mode"):
            (wine / "n").open(mode)
    with pytest.raises(ValueError, match="encoding"):
        (wine / "n").open("wb", encoding="utf-8")


def test_a_listing_is_a_table_and_fetched_while_it_is_read(wine: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(205):
        (wine / f"in/{number:03}").write_bytes(b"x")
    assert wine.ls().names() == ["in/"] and wine.ls()[0] == wine / "in/"
    assert wine.ls(recursive=True).names()[-1] == "in/204"
    listing = (wine / "in/").ls()
    text = repr(listing)
    assert text.count("\n") == 200 and "000" in text and "the first 200" in text
    assert [row.size for row in listing][:2] == [1, 1]
    frame = listing.to_pandas()
    assert list(frame["name"])[:2] == ["000", "001"] and len(frame) == 205
    asked: list[str | None] = []
    page = LocalTree.page

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        asked.append(options.get("token"))
        return page(self, *args, **options)

    monkeypatch.setattr(LocalTree, "page", counted)
    wine.ls()
    assert asked == []  # nothing is asked before it is shown


def test_a_hostile_key_is_harmless_in_a_table(wine: Data) -> None:
    (wine / "<img src=x onerror=alert(1)>").write_bytes(b"")
    shown = wine.ls()._repr_html_()
    assert "<img" not in shown and "&lt;img" in shown


def test_files_and_folders_go_up_and_come_down(wine: Data, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/x").write_text("1")
    assert wine.upload(folder / "deep/x", progress=False) == wine / "x"
    assert (wine / "named").upload(folder / "deep/x", progress=False).read_text() == "1"
    wine.upload(folder, progress=False)
    assert wine.ls(recursive=True).names() == ["in/deep/x", "named", "x"]
    (tmp_path / "out").mkdir()
    assert (wine / "in/").download(tmp_path / "out", progress=False) == tmp_path / "out/in"
    assert (tmp_path / "out/in/deep/x").read_text() == "1"
    assert (wine / "x").download(tmp_path / "out", progress=False) == tmp_path / "out/x"
    assert (wine / "x").download(tmp_path / "y", progress=False).read_text() == "1"
    with pytest.raises(FileNotFoundError):
        wine.upload(tmp_path / "nothing", progress=False)
    with pytest.raises(NotFoundError):
        (wine / "nothing").download(tmp_path / "z", progress=False)


def test_objects_are_copied_and_removed(wine: Data) -> None:
    (wine / "a/n").write_bytes(b"1")
    assert (wine / "a/n").copy_to(wine / "b/") == wine / "b/n"
    assert wine.remove(recursive=True) == 2 and wine.ls().names() == []
    with pytest.raises(BadNameError):
        cellift.data("local").remove(recursive=True)


def test_a_table_is_read_by_what_the_name_says(wine: Data) -> None:
    import gzip

    import pandas

    frame = pandas.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    (wine / "t.csv").write_text(frame.to_csv(index=False))
    (wine / "t.tsv").write_text(frame.to_csv(index=False, sep="\t"))
    (wine / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    (wine / "t.jsonl").write_text(frame.to_json(orient="records", lines=True))
    with (wine / "t.parquet").open("wb") as file:
        frame.to_parquet(file)
    for name in ("t.csv", "t.tsv", "t.csv.gz", "t.jsonl", "t.parquet"):
        assert (wine / name).to_pandas().equals(frame), name
        assert (wine / name).to_arrow().to_pydict() == {"x": [1, 2], "y": ["a", "b"]}, name
        if name != "t.jsonl.gz":
            assert (wine / name).to_polars().to_dict(as_series=False) == {"x": [1, 2], "y": ["a", "b"]}, name
    (wine / "t.parquet.gz").write_bytes(gzip.compress((wine / "t.parquet").read_bytes()))
    for read in ((wine / "t.parquet.gz").to_pandas, (wine / "t.parquet.gz").to_polars):
        with pytest.raises(UnsupportedError, match=r"open\(\)"):
            read()
    (wine / "t.bin").write_bytes(b"")
    with pytest.raises(UnsupportedError, match=r"\.parquet"):
        (wine / "t.bin").to_pandas()


def test_a_local_tree_has_no_server_to_give_a_client_for(wine: Data) -> None:
    for make in (wine.minio, wine.boto3):
        with pytest.raises(UnsupportedError, match="no S3 server"):
            make()
    (wine / "n").write_bytes(b"")
    with pytest.raises(UnsupportedError, match="links"):
        (wine / "n").share()


def test_what_is_no_object_is_told(wine: Data) -> None:
    for one in (wine, cellift.data("local")):
        with pytest.raises(BadNameError, match="no object"):
            one.read_bytes()
    with pytest.raises(StorageError, match="There are: local"):
        cellift.data("nobody/b/k").read_bytes()
