from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest

from cellift.storage.api import Condition, Store
from cellift.storage.connections import kept
from cellift.storage.connections.model import Connection
from cellift.storage.connections.opening import open_connection, open_store
from cellift.storage.errors import NoSuchConnectionError, ReadOnlyError, UnsupportedError, UnusableConnectionError
from cellift.storage.local.tree import LocalTree
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys

PAIR = keys("id", "secret")


def test_a_name_opens_the_back_end_of_its_kind(user: Path) -> None:
    kept.keep("mine", "http://minio.example:9000", PAIR)
    assert isinstance(open_store("local"), LocalTree)
    assert isinstance(open_store("mine"), S3Store)


def test_a_name_that_is_not_there_is_told_with_those_that_are(user: Path) -> None:
    with pytest.raises(NoSuchConnectionError, match="There are: local"):
        open_store("mine")


def test_a_connection_that_lacks_something_says_so(user: Path) -> None:
    (user / ".aws").mkdir()
    (user / ".aws" / "config").write_text("[profile work]\nsso_session = x\n")
    with pytest.raises(UnusableConnectionError, match=r"'work': .*signs in by a browser"):
        open_store("work")


def test_a_kind_that_no_package_brings_is_told(user: Path) -> None:
    with pytest.raises(UnsupportedError, match="'gs', which no installed package brings"):
        open_connection(Connection("x", "y", kind="gs"))


def test_a_package_adds_a_kind(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site" / "other-1.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "other-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: other\nVersion: 1\n"
    )
    (tmp_path / "site" / "other-1.dist-info" / "entry_points.txt").write_text("[cellift.stores]\nown = other:Opened\n")
    (tmp_path / "site" / "other.py").write_text("class Opened:\n    def __init__(self, given): self.given = given\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    given = Connection("x", "y", kind="own")
    opened = open_connection(given)
    assert getattr(opened, "given", None) is given


def test_a_read_only_connection_refuses_every_write_before_the_network(user: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    store: Store = open_connection(Connection("locked", "y", url=url, keys=PAIR, read_only=True))
    source = io.BytesIO(b"x")
    for write in (
        lambda: store.make_bucket("bucket"),
        lambda: store.remove_bucket("bucket"),
        lambda: store.write("bucket", "a", source, size=1, condition=Condition(absent=True)),
        lambda: store.copy("bucket", "a", "bucket", "b"),
        lambda: store.remove("bucket", "a", version="1"),
        lambda: store.remove_many("bucket", ["a"]),
        lambda: store.share("bucket", "a", seconds=60, upload=True),
    ):
        with pytest.raises(ReadOnlyError, match="'locked' is read-only"):
            write()
    with pytest.raises(BlockingIOError):
        listener.accept()
    listener.close()
    assert source.tell() == 0


def test_no_method_of_a_store_is_forgotten_when_it_is_read_only() -> None:
    from cellift.storage.connections.read_only import ReadOnly

    public = {name for name in vars(Store) if not name.startswith("_")}
    assert public <= {name for name in vars(ReadOnly) if not name.startswith("_")} | {"features"}
    local: Store = ReadOnly(LocalTree(Path("nowhere")), "x")
    assert local.buckets() == []
