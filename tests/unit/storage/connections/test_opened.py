"""Each connection is opened once, and anew when it was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellift.storage.connections import kept, listing
from cellift.storage.connections.opened import OpenStores
from cellift.storage.errors import NoSuchConnectionError
from cellift.storage.secret import keys

PAIR = keys("some-key", "some-secret")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_CONFIG_HOME", "CELLIFT_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setattr("cellift.storage.connections.keyring_box.keyring", lambda: None)
    return tmp_path


def test_a_connection_is_opened_once_and_again_when_it_was_changed(home: Path) -> None:
    stores = OpenStores()
    kept.keep("lab", "http://127.0.0.1:9", PAIR)
    first = stores.open("lab")
    assert stores.open("lab") is first and stores.open("local") is stores.open("local")
    kept.keep("lab", "http://127.0.0.1:9", keys("some-key", "another-secret"))
    assert stores.open("lab") is not first


def test_what_was_found_is_taken_for_what_there_is_for_a_while(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    look = listing.connections
    monkeypatch.setattr(listing, "connections", lambda: looks.append(1) or look())
    stores = OpenStores(fresh_seconds=3600)
    assert list(stores.connections()) == list(stores.connections()) == ["local"] and len(looks) == 1
    stores.open("local")
    assert len(looks) == 1  # that one is always there
    kept.keep("lab", "http://127.0.0.1:9", PAIR)
    assert stores.connection("lab").name == "lab"  # made just now, and found nevertheless
    assert "lab" in stores.connections(fresh=True)


def test_who_has_no_such_connection_is_told_which_there_are(home: Path) -> None:
    with pytest.raises(NoSuchConnectionError, match="There are: local"):
        OpenStores().open("nobody")
