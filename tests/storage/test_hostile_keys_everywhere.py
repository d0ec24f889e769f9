"""Keys made to break paths, terminals and markup, on each way by which a user meets them, at each store.

Those that a store can have are put there. Those that none of ours takes come from a server that lists them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import cellift
from cellift.cli.__main__ import main
from cellift.storage.errors import StorageError
from cellift.storage.local.tree import LocalTree
from cellift.storage.s3.names import MOST_KEY_BYTES
from storage.fault_proxy import FaultProxy, Head, answer
from storage.hostile import KEYS
from storage.kit import get, keys, put
from storage.rclone import Rclone
from storage.servers import Server
from storage.subjects import Subject
from unit.storage.clean_home import clean_home

# What a terminal obeys, or what makes text read otherwise than it is.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x1f\x7f]")
BODY = b"hostile"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "user").mkdir()
    return clean_home(tmp_path / "user", monkeypatch)


@pytest.fixture
def connection(
    subject: Subject, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """The name by which a user has the store."""
    if subject.name == "local":
        monkeypatch.setenv("CELLIFT_HOME", str(tmp_path))  # the tree of the subject
        return "local"
    server: Rclone | Server = request.getfixturevalue("server")
    monkeypatch.setenv("MINIO_ENDPOINT", server.url)
    monkeypatch.setenv("MINIO_ACCESS_KEY", server.keys.key_id.reveal())
    monkeypatch.setenv("MINIO_SECRET_KEY", server.keys.secret.reveal())
    return "minio-env"


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was put out, which no terminal obeys."""
    shown = capsys.readouterr()
    text = shown.out + shown.err
    assert not UNSAFE.search(text), repr(text)
    return text


@pytest.mark.parametrize("case", KEYS)
def test_a_key_goes_every_way_and_harms_nothing(
    subject: Subject, bucket: str, connection: str, home: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    key, at = KEYS[case], f"{connection}/{bucket}"
    if case in subject.refused | subject.failing | subject.garbled:
        # Nobody can have put it there; who names it is told why.
        for command in (["stat", f"{at}/{key}"], ["cp", f"{at}/{key}", "./down"], ["cp", "./up", f"{at}/{key}"]):
            (home / "up").write_bytes(BODY)
            if case in subject.refused:
                assert main(["data", *command]) == 1
                assert re.search("is a folder|cannot have", told(capsys))
        assert not (home / "down").exists() and keys(subject.store, bucket) == []
        return
    put(subject.store, bucket, key, BODY)
    for command in (
        ["ls", at], ["ls", "-r", at], ["find", at], ["tree", "--files", at], ["du", at], ["stat", f"{at}/{key}"],
        ["diff", ".", at],
    ):  # fmt: skip
        assert main(["data", *command]) in (0, 1), command
        text = told(capsys)
        assert "Traceback" not in text and "internal error" not in text
    if subject.name == "s3-rclone" and CONTROLS.search(key):
        return  # it lists another character in its place, as soon as it looks at its disk again
    assert main(["data", "ls", "-r", "--json", at]) == 0
    assert [one["key"] for one in json.loads(capsys.readouterr().out)] == [key]
    assert main(["data", "cp", f"{at}/{key}", "./one"]) == 0
    assert (home / "one").read_bytes() == BODY
    (home / "box" / "in").mkdir(parents=True)
    before = {name: content for name, content in files(home).items() if not name.startswith("box/in/")}
    code = main(["data", "cp", "-r", f"{at}/", "./box/in/"])
    told(capsys)
    came = files(home / "box" / "in")
    # As it is, below the folder; or not at all, where a file cannot have the name.
    assert came == {key: BODY} or (code == 1 and came == {})
    assert {name: content for name, content in files(home).items() if not name.startswith("box/in/")} == before
    if came and len(f"back/{key}".encode()) <= MOST_KEY_BYTES:
        assert main(["data", "cp", "-r", "./box/in/", f"{at}/back/"]) == 0
        assert get(subject.store, bucket, f"back/{key}") == BODY
        assert main(["data", "rm", "-r", "--force", f"{at}/back/"]) == 0
        told(capsys)
    thing = cellift.data(at) / key
    assert thing.read_bytes() == BODY and [one.key for one in cellift.data(at).ls(recursive=True)] == [key]
    shown = cellift.data(at).ls(recursive=True)
    assert not re.search("<(script|img)", shown._repr_html_()) and not UNSAFE.search(repr(shown))
    assert not UNSAFE.search(str(thing)) and not UNSAFE.search(repr(thing))
    # The source of a copy is a header, encoded: rclone takes no more of one.
    if len(f"moved/{key}".encode()) <= MOST_KEY_BYTES and len(quote(key)) < 2000:
        assert main(["data", "mv", f"{at}/{key}", f"{at}/moved/{key}"]) == 0
        assert keys(subject.store, bucket) == [f"moved/{key}"]
        assert main(["data", "mv", f"{at}/moved/{key}", f"{at}/{key}"]) == 0
    assert main(["data", "rm", f"{at}/{key}"]) == 0
    told(capsys)
    assert keys(subject.store, bucket) == []


def test_a_slash_too_many_removes_nothing(
    subject: Subject, bucket: str, connection: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(subject.store, bucket, "kept/a", BODY)
    for name in ("/", "//", "kept//", "../", "./", "kept/../", "kept/."):
        main(["data", "rm", "-r", "--force", f"{connection}/{bucket}/{name}"])
        main(["data", "mv", "-r", f"{connection}/{bucket}/{name}", f"{connection}/{bucket}/to/"])
    told(capsys)
    assert keys(subject.store, bucket) == ["kept/a"]


@pytest.fixture
def lister(rclone: Rclone, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A server that lists every hostile key, and has bytes for each."""

    def lie(head: Head) -> bytes:
        method, target = head
        path, _, query = target.partition("?")
        if method == "GET" and "list-type" in query:
            # A key with NUL or half a character can be listed so: the encoding is the server's.
            entries = "".join(
                f"<Contents><Key>{quote(key, safe='', errors='surrogateescape')}</Key><Size>7</Size></Contents>"
                for key in sorted(KEYS.values(), key=lambda one: one.encode("utf-8", "surrogateescape"))
            )
            body = f"<ListBucketResult><EncodingType>url</EncodingType>{entries}</ListBucketResult>"
            return answer("200 OK", body.encode(), content_type="application/xml")
        if path.count("/") < 2 or method not in ("GET", "HEAD"):
            return answer("200 OK", b"<R/>")
        head_lines = f'HTTP/1.1 200 OK\r\nConnection: close\r\nETag: "e"\r\nContent-Length: {len(BODY)}\r\n\r\n'
        return head_lines.encode() + (b"" if method == "HEAD" else BODY)

    proxy = FaultProxy(rclone.url, lie)
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "cellift"))
    monkeypatch.setenv("MINIO_ENDPOINT", proxy.url)
    monkeypatch.setenv("MINIO_ACCESS_KEY", "id")
    monkeypatch.setenv("MINIO_SECRET_KEY", "secret")
    yield proxy
    proxy.close()


ESCAPING = {"parent", "parent inside", "dot", "dot inside", "leading slash", "two slashes", "only slash", "NUL"}


@pytest.mark.parametrize("command", ["cp", "mirror"])
def test_what_a_server_lists_stays_below_the_folder(
    lister: FaultProxy, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (home / "box" / "in").mkdir(parents=True)
    before = {name for name in files(tmp_path) if "/box/in/" not in name}
    words = (
        ["cp", "-r", "minio-env/bucket/", "./box/in/"]
        if command == "cp"
        else ["mirror", "minio-env/bucket", "./box/in"]
    )
    assert main(["data", *words]) == 1
    text = told(capsys)
    came = files(home / "box" / "in")
    assert {name for name in files(tmp_path) if "/box/in/" not in name} == before, "nothing beside the folder"
    assert len(came) >= 20 and set(came.values()) == {BODY}
    assert set(came) <= set(KEYS.values()), "each under its own name"
    assert not set(came) & {KEYS[case] for case in ESCAPING}
    assert "cannot" in text


def test_what_a_server_lists_goes_into_the_local_tree_as_it_is_or_not(
    lister: FaultProxy, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "mb", "local/bucket"]) == 0
    assert main(["data", "cp", "-r", "minio-env/bucket/", "local/bucket/"]) == 1
    told(capsys)
    found = keys(LocalTree(tmp_path / "cellift" / "data"), "bucket")
    assert set(found) <= set(KEYS.values()) and len(found) >= 20
    outside = [name for name in files(tmp_path) if "cellift/data/bucket/" not in name and "outside" in name]
    assert outside == []


def test_what_a_server_lists_is_shown_harmless(lister: FaultProxy, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["ls", "minio-env/bucket"], ["ls", "-r", "minio-env/bucket"], ["find", "minio-env/bucket"],
        ["tree", "--files", "minio-env/bucket"], ["du", "minio-env/bucket"], ["diff", ".", "minio-env/bucket"],
    ):  # fmt: skip
        main(["data", *command])
        assert "Traceback" not in told(capsys)
    assert main(["data", "ls", "-r", "--json", "minio-env/bucket"]) == 0
    out = capsys.readouterr().out
    assert not UNSAFE.search(out.replace("\n", "")) and len(json.loads(out)) == len(KEYS)
    listing = cellift.data("minio-env/bucket").ls(recursive=True)
    assert not re.search("<(script|img)", listing._repr_html_()) and not UNSAFE.search(repr(listing))
    for thing in listing:
        assert not UNSAFE.search(str(thing) + repr(thing))
        try:
            assert thing.read_bytes() == BODY
        except StorageError as error:
            assert str(error).isprintable()
