"""URIs of Kubeflow's artifacts resolve through the connections."""

from __future__ import annotations

from pathlib import Path

import pytest

import cellift
from cellift.api import Data
from cellift.config.settings import config_path
from cellift.storage.errors import NoSuchConnectionError, StorageError, UnsupportedError


def describe(*names: str) -> None:
    file = config_path() / "cellift.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    tables = (f'[storage.{name}]\nurl = "http://127.0.0.1:9"\nanonymous = true\n' for name in names)
    file.write_text("".join(tables))


def test_the_connection_that_is_called_as_the_scheme_is_meant(wine: Data) -> None:
    describe("minio", "aws", "other")
    assert str(cellift.data("minio://mlpipeline/v2/model")) == "minio/mlpipeline/v2/model"
    assert str(cellift.data("s3://bucket/key")) == "aws/bucket/key"


def test_else_the_only_one_to_a_server_is_meant(wine: Data) -> None:
    describe("team")
    assert str(cellift.data("s3://bucket/key")) == str(cellift.data("minio://bucket/key")) == "team/bucket/key"


def test_several_are_not_guessed_from(wine: Data) -> None:
    describe("a", "b")
    with pytest.raises(NoSuchConnectionError, match="a, b"):
        cellift.data("s3://bucket/key")


def test_what_nothing_is_installed_for_says_what_to_do(wine: Data, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="Google Cloud Storage, for which no back end is installed"):
        cellift.data("gs://bucket/key")
    for text in ("http://x/y", "/etc/passwd", ""):
        with pytest.raises(StorageError, match="write CONNECTION/bucket/key"):
            cellift.data(text)
