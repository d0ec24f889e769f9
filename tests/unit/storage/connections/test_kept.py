"""Where secrets are kept, and who can read them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cellift.storage.connections import kept
from cellift.storage.connections.listing import connections
from cellift.storage.connections.private_file import UnsafeFileError
from cellift.storage.errors import StorageError
from cellift.storage.secret import keys

PAIR = keys("the-id", "the-secret", "the-token")
URL = "http://minio.example:9000"


def test_what_is_kept_is_found_again_and_forgotten(user: Path) -> None:
    kept.keep("mine", URL, PAIR, region="eu-west-1", path_style=True, read_only=True)
    (one,) = kept.kept()
    assert (one.url, one.region, one.path_style, one.read_only) == (URL, "eu-west-1", True, True)
    assert one.keys == PAIR
    assert kept.forget("mine") and not kept.forget("mine")
    assert kept.kept() == [] and b"the-secret" not in kept.file().read_bytes()


def test_the_file_is_the_users_alone_whatever_the_umask(user: Path) -> None:
    before = os.umask(0)
    try:
        kept.keep("mine", URL, PAIR)
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.file().stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.file().parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_can_read_or_change_is_not_used(user: Path, mode: int) -> None:
    kept.keep("mine", URL, PAIR)
    kept.file().chmod(mode)
    with pytest.raises(UnsafeFileError, match="by others"):
        kept.kept()
    with pytest.raises(UnsafeFileError):
        kept.keep("other", URL, PAIR)
    assert "chmod 600" in connections()["kept"].unusable


def test_a_link_in_place_of_the_file_is_not_followed(user: Path, tmp_path: Path) -> None:
    kept.keep("mine", URL, PAIR)
    kept.file().rename(tmp_path / "elsewhere.json")
    kept.file().symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UnsafeFileError):
        kept.kept()


def test_another_user_of_the_machine_cannot_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that everybody may enter: the file itself is what is closed. Only root can become somebody else."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        monkeypatch.setenv("XDG_CONFIG_HOME", name)
        kept.keep("mine", URL, PAIR)
        kept.file().parent.chmod(0o755)
        (Path(name) / "open").write_text("for all")
        (Path(name) / "open").chmod(0o644)
        become = "os.setuid(65534)" if os.getuid() == 0 else "pass"
        for path, can in ((Path(name) / "open", True), (kept.file(), os.getuid() != 0)):
            script = f"import os; {become}; print(open({str(path)!r}).read())"
            done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
            assert (done.returncode == 0) == can
            assert can or ("PermissionError" in done.stderr and "the-secret" not in done.stderr + done.stdout)


@pytest.mark.parametrize("name", ["", "a/b", "-a", "local", "a b", "a" * 65, "ü", "a\n"])
def test_names_that_no_target_can_have_are_refused(user: Path, name: str) -> None:
    with pytest.raises(StorageError, match="cannot be called"):
        kept.keep(name, URL, PAIR)
    assert not kept.file().exists()


def test_a_url_with_keys_in_it_is_refused_and_not_repeated(user: Path) -> None:
    with pytest.raises(StorageError, match="user name or password") as caught:
        kept.keep("mine", "http://id:canary-word@minio.example", PAIR)
    assert "canary-word" not in str(caught.value) and not kept.file().exists()


def test_programs_that_set_connections_at_once_lose_none(user: Path) -> None:
    script = (
        "import sys; from cellift.storage.connections import kept; from cellift.storage.secret import keys\n"
        f"kept.keep(sys.argv[1], {URL!r}, keys('i', 's'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, f"name-{number}"]) for number in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    assert {one.name for one in kept.kept()} == {f"name-{number}" for number in range(4)}


class Ring(ModuleType):
    """The interface of the package ``keyring``, over a dictionary: the real one wants a desktop session."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.texts: dict[tuple[str, str], str] = {}
        self.priority = 5.0
        self.locked = False

    def get_keyring(self) -> Ring:
        return self

    def set_password(self, service: str, name: str, text: str) -> None:
        if self.locked:
            raise RuntimeError("locked")
        self.texts[service, name] = text

    def get_password(self, service: str, name: str) -> str | None:
        if self.locked:
            raise RuntimeError("locked")
        return self.texts.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.texts[service, name]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    made = Ring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    yield made


def test_with_a_keyring_the_file_holds_no_secret(user: Path, ring: Ring) -> None:
    kept.keep("mine", URL, PAIR)
    assert "the-secret" in ring.texts["cellift", "mine"]
    assert b"the-secret" not in kept.file().read_bytes() and b"the-token" not in kept.file().read_bytes()
    assert kept.kept()[0].keys == PAIR
    kept.forget("mine")
    assert ring.texts == {}


def test_a_keyring_that_is_locked_later_makes_it_unusable(user: Path, ring: Ring) -> None:
    kept.keep("mine", URL, PAIR)
    ring.locked = True
    assert "Unlock it" in kept.kept()[0].unusable


@pytest.mark.parametrize("priority", [0.0, 0.5])
def test_a_keyring_that_keeps_nothing_safe_is_not_used(user: Path, ring: Ring, priority: float) -> None:
    ring.priority = priority
    kept.keep("mine", URL, PAIR)
    assert ring.texts == {} and kept.kept()[0].keys == PAIR


def test_a_keyring_that_refuses_leaves_it_to_the_file(user: Path, ring: Ring) -> None:
    ring.locked = True
    kept.keep("mine", URL, PAIR)
    assert kept.kept()[0].keys == PAIR
