"""What the command line, Python and notebooks say of each fault: the core's sentence, once, and no traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest

import cellift
from cellift.cli.__main__ import main
from cellift.storage.errors import StorageError
from cellift.storage.s3 import multipart
from cellift.storage.s3.transport import Transport
from storage.fault_proxy import FaultProxy, answer, error
from storage.kit import get, keys, put
from storage.rclone import Rclone
from unit.storage.clean_home import clean_home

BUCKET = "faults-for-users"
REGION = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>"
FAULTS = {
    "gone": (b"", "broke the connection while"),
    "busy": (error("503 Slow Down", "SlowDown"), "asks for fewer requests, also after 5 tries. Try again later"),
    "expired": (
        error("403 Forbidden", "ExpiredToken"),
        "The temporary credentials of connection 'minio-env' have expired. Get new ones, and set them where the others",
    ),
    "skewed": (
        error("403 Forbidden", "RequestTimeTooSkewed", date=formatdate(time() - 7200, usegmt=True)),
        "min behind. Set the clock of this machine",
    ),
    "region": (
        answer("400 Bad Request", REGION, content_type="application/xml"),
        "is in another region: eu-west-3. Set `region` of connection 'minio-env' to it.",
    ),
    "own code": (error("403 Forbidden", "NotOnSundays"), "(HTTP 403, NotOnSundays)"),
    "full": (error("507 Full", "XMinioStorageFull"), "has no room left for"),
    "no bucket": (error("404 Not Found", "NoSuchBucket"), f"There is no bucket '{BUCKET}' at"),
}
COMMANDS = {
    "ls": ["ls", f"minio-env/{BUCKET}"],
    "ls of all": ["ls", "-r", f"minio-env/{BUCKET}/"],
    "cat": ["cat", f"minio-env/{BUCKET}/there"],
    "head": ["head", f"minio-env/{BUCKET}/there"],
    "stat": ["stat", f"minio-env/{BUCKET}/there"],
    "du": ["du", f"minio-env/{BUCKET}"],
    "find": ["find", f"minio-env/{BUCKET}"],
    "tree": ["tree", f"minio-env/{BUCKET}"],
    "download": ["cp", f"minio-env/{BUCKET}/there", "./down"],
    "download all": ["cp", "-r", f"minio-env/{BUCKET}/", "./down/"],
    "upload": ["cp", "./small", f"minio-env/{BUCKET}/new"],
    "upload in parts": ["cp", "./big", f"minio-env/{BUCKET}/new"],
    "upload all": ["cp", "-r", "./many/", f"minio-env/{BUCKET}/new/"],
    "copy": ["cp", f"minio-env/{BUCKET}/there", f"minio-env/{BUCKET}/new"],
    "copy to the local tree": ["cp", f"minio-env/{BUCKET}/there", "local/bucket/new"],
    "move": ["mv", f"minio-env/{BUCKET}/there", f"minio-env/{BUCKET}/new"],
    "remove": ["rm", f"minio-env/{BUCKET}/there"],
    "remove all": ["rm", "-r", "--force", f"minio-env/{BUCKET}/"],
    "remove the bucket": ["rb", f"minio-env/{BUCKET}"],
    "mirror": ["mirror", "./many", f"minio-env/{BUCKET}"],
    "diff": ["diff", "./many", f"minio-env/{BUCKET}"],
}


@dataclass
class User:
    """Somebody at a command line, whose connection leads through the proxy."""

    proxy: FaultProxy
    folder: Path
    rclone: Rclone

    def break_(self, given: bytes) -> None:
        self.proxy.fault = lambda _: given
        self.proxy.seen.clear()


@pytest.fixture
def user(rclone: Rclone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    folder = clean_home(tmp_path, monkeypatch)
    proxy = FaultProxy(rclone.url)
    monkeypatch.setenv("MINIO_ENDPOINT", proxy.url)
    monkeypatch.setenv("MINIO_ACCESS_KEY", rclone.keys.key_id.reveal())
    monkeypatch.setenv("MINIO_SECRET_KEY", rclone.keys.secret.reveal())
    monkeypatch.setenv("MINIO_REGION", "us-east-1")
    monkeypatch.setattr(Transport, "_wait", lambda *_: None)
    store = rclone.store()
    if BUCKET not in [one.name for one in store.buckets()]:
        store.make_bucket(BUCKET)
    put(store, BUCKET, "there", b"kept")
    assert main(["data", "mb", "local/bucket"]) == 0
    (folder / "small").write_bytes(b"small")
    (folder / "many").mkdir()
    for number in range(40):
        (folder / "many" / str(number)).write_bytes(b"many")
    with (folder / "big").open("wb") as file:
        file.truncate(3 * multipart.PART)
    yield User(proxy, folder, rclone)
    proxy.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_is_wrong_and_ends(
    user: User, capsys: pytest.CaptureFixture[str], command: str, fault: str
) -> None:
    given, says = FAULTS[fault]
    capsys.readouterr()
    user.break_(given)
    assert main(["data", *COMMANDS[command]]) == 1
    shown = capsys.readouterr()
    assert says in shown.err, shown.err
    assert "Traceback" not in shown.err and "internal error" not in shown.err and "Errno" not in shown.err
    # What is hopeless is not tried 40 times, and not told so: at most what goes on beside it is.
    assert shown.err.count(says) <= 16
    assert shown.out == "" or command == "tree"
    assert keys(user.rclone.store(), BUCKET) == ["there"] and get(user.rclone.store(), BUCKET, "there") == b"kept"
    assert not (user.folder / "down").exists() or list((user.folder / "down").iterdir()) == []
    assert user.rclone.store().uploads(BUCKET) == []


IN_PYTHON: dict[str, Callable[[Any], object]] = {
    "ls": lambda bucket: bucket.ls().names(),
    "iteration": list,
    "exists": lambda bucket: (bucket / "there").exists(),
    "stat": lambda bucket: (bucket / "there").stat(),
    "read_bytes": lambda bucket: (bucket / "there").read_bytes(),
    "open to read": lambda bucket: (bucket / "there").open().read(),
    "open to write": lambda bucket: (bucket / "new").open("wb").close(),
    "write_bytes": lambda bucket: (bucket / "new").write_bytes(b"x"),
    "upload": lambda bucket: (bucket / "new").upload("small", progress=False),
    "download": lambda bucket: (bucket / "there").download("down", progress=False),
}


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "no bucket"])
@pytest.mark.parametrize("call", IN_PYTHON)
def test_in_python_it_is_an_error_with_the_servers_code(user: User, call: str, fault: str) -> None:
    given, says = FAULTS[fault]
    user.break_(given)
    with pytest.raises(StorageError) as caught:
        IN_PYTHON[call](cellift.data(f"minio-env/{BUCKET}"))
    assert says in str(caught.value)
    if b"<Code>" in given:
        assert caught.value.code.encode() in given
    assert not (user.folder / "down").exists()


def test_an_upload_goes_on_at_the_next_command(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    taken: list[str] = []

    def gone_after_two(head: tuple[str, str]) -> bytes | None:
        if "partNumber" in head[1] and len(taken) < 2:
            taken.append(head[1])
            return None
        return b"" if "uploadId" in head[1] else None

    user.proxy.fault = gone_after_two
    command = ["data", "cp", "./big", f"minio-env/{BUCKET}/new"]
    assert main(command) == 1
    assert "is kept: the next try sends the rest" in capsys.readouterr().err
    user.proxy.fault = lambda _: None
    user.proxy.seen.clear()
    assert main(command) == 0
    assert sum("partNumber" in target and method == "PUT" for method, target in user.proxy.seen) == 1
    store = user.rclone.store()
    assert get(store, BUCKET, "new") == bytes(3 * multipart.PART)
    store.remove(BUCKET, "new")


def test_a_download_that_was_changed_is_told_and_not_left(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    user.proxy.change = lambda head, given: given.replace(b"kept", b"kepT") if head[0] == "GET" else given
    for command in (["cp", f"minio-env/{BUCKET}/there", "./down"], ["cat", f"minio-env/{BUCKET}/there"]):
        assert main(["data", *command]) == 1
        shown = capsys.readouterr()
        assert "md5 checksum of what arrived is not that of the object. Try again" in shown.err and shown.out == ""
    assert not (user.folder / "down").exists()
    with pytest.raises(StorageError, match="md5 checksum"):
        cellift.data(f"minio-env/{BUCKET}/there").read_bytes()
