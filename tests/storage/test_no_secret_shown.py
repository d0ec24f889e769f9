"""Secrets are planted, found where they belong, and looked for everywhere else."""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellift.cli.__main__ import main
from cellift.storage.api import Store
from cellift.storage.connections import kept
from cellift.storage.connections.listing import connections
from cellift.storage.connections.opening import open_store
from cellift.storage.errors import StorageError
from cellift.storage.secret import keys
from storage.canaries import echo, forms, places
from storage.fault_proxy import FaultProxy
from storage.rclone import Rclone
from unit.storage.clean_home import clean_home


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return clean_home(tmp_path, monkeypatch)


@pytest.fixture
def behind(rclone: Rclone) -> Iterator[FaultProxy]:
    proxy = FaultProxy(rclone.url)
    yield proxy
    proxy.close()


def plant(user: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, str]:
    """A canary in each place where a secret can be; by the file that holds it (variables: none)."""
    canaries = {
        place: f"canary/{secrets.token_urlsafe(12)}+="
        for place in (".config/cellift/connections.json", ".mc/config.json", ".aws/credentials", "mounted/secretkey")
    }
    (user / ".mc").mkdir()
    alias = {"url": url, "accessKey": "id", "secretKey": canaries[".mc/config.json"]}
    (user / ".mc" / "config.json").write_text(json.dumps({"aliases": {"by-mc": alias}}))
    (user / ".aws").mkdir()
    (user / ".aws" / "credentials").write_text(
        f"[by-aws]\naws_access_key_id = id\naws_secret_access_key = x\nendpoint_url = {url}\n"
        f"aws_session_token = {canaries['.aws/credentials']}\n"
    )
    (user / "mounted").mkdir()
    for name, text in (("accesskey", "id"), ("secretkey", canaries["mounted/secretkey"]), ("url", url)):
        (user / "mounted" / name).write_text(text)
    monkeypatch.setenv("CELLIFT_SECRETS", str(user / "mounted"))
    kept.keep("by-us", url, keys("id", canaries[".config/cellift/connections.json"]))
    canaries["variable"] = f"canary/{secrets.token_urlsafe(12)}+="
    for name, text in (("ENDPOINT", url), ("ACCESS_KEY", "id"), ("SECRET_KEY", canaries["variable"])):
        monkeypatch.setenv(f"MINIO_{name}", text)
    return canaries


NAMES = ("by-us", "minio-env", "mounted", "by-mc", "by-aws")


def told(store: Store) -> list[str]:
    """What a store says of itself, and of what its server refuses."""
    texts = [repr(store), repr(vars(store))]
    for ask in (
        store.buckets,
        lambda: store.page("bucket"),
        lambda: store.stat("bucket", "a"),
        lambda: store.write("bucket", "a", io.BytesIO(b"x"), size=1),
        lambda: b"".join(store.read("bucket", "a")),
    ):
        with pytest.raises(StorageError) as caught:
            ask()
        texts += [str(caught.value), repr(caught.value), "".join(traceback.format_exception(caught.value))]
        # As IPython's verbose mode shows them, and what reports crashes to others.
        texts += traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    return texts


def test_secrets_are_only_where_they_belong(
    user: Path,
    behind: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = plant(user, monkeypatch, behind.url)
    for place, canary in canaries.items():
        assert places(user, canary) == ({place} if place != "variable" else set()), "found where it belongs, first"
    found = connections()
    texts = [repr(found), str(found), json.dumps([one.to_dict() for one in found.values()])]
    behind.fault = lambda _: echo(behind)
    for name in NAMES:
        texts += told(open_store(name))
        main(["data", "ls", f"{name}/bucket"])
    main(["data", "alias", "ls"])
    main(["data", "alias", "ls", "--json"])
    main(["data", "alias", "set", "by-us", behind.url, canaries["variable"], canaries["variable"]])
    shown = capfd.readouterr()
    # The token of temporary keys is what a server must be sent; the secrets are not, not even there.
    sent = b"".join(behind.raw)
    assert canaries[".aws/credentials"].encode() in sent
    everything = "\n".join([*texts, shown.out, shown.err, caplog.text]).encode("utf-8", "replace")
    for place, canary in canaries.items():
        for form in forms(canary):
            assert form not in everything, place
            assert place == ".aws/credentials" or form not in sent, place
        assert places(user, canary) == ({place} if place != "variable" else set())
    assert b"canary" not in everything


def test_no_signature_is_shown(user: Path, rclone: Rclone, behind: FaultProxy) -> None:
    from cellift.storage.s3.store import S3Store

    store = S3Store(replace(rclone.endpoint(), url=behind.url), rclone.keys)
    behind.fault = lambda _: echo(behind)
    with pytest.raises(StorageError) as caught:
        store.page("bucket")
    signature = behind.raw[-1].decode("latin-1").split("Signature=")[1][:64]
    assert len(signature) == 64 and signature not in "".join(traceback.format_exception(caught.value))


def test_the_servers_own_program_shows_no_secret_in_its_command_line(rclone: Rclone) -> None:
    line = Path(f"/proc/{rclone.process.pid}/cmdline")
    given = line.read_bytes() if line.exists() else os.fsencode(" ".join(map(str, rclone.process.args)))  # type: ignore[arg-type]
    assert b"serve" in given and not any(form in given for form in forms(rclone.keys.secret.reveal()))
