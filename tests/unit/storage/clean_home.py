"""A home folder without any connection, so that those of whoever runs the tests are neither seen nor changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PREFIXES = ("AWS_", "MINIO_", "MC_", "CELLIFT_SECRETS", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def clean_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(_PREFIXES):
            monkeypatch.delenv(name)
    home = root / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("CELLIFT_HOME", str(home / "cellift"))
    # The keyring of whoever runs the tests is left alone; its package has a variable for that.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(home)
    return home
