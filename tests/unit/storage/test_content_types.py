from __future__ import annotations

import pytest

from cellift.storage.content_types import content_type_of


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("a/b.csv", "text/csv"),
        ("B.CSV", "text/csv"),
        ("a.json", "application/json"),
        ("a.png", "image/png"),
        ("a.html", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("data.parquet", "application/vnd.apache.parquet"),
        ("nb.ipynb", "application/x-ipynb+json"),
        ("lines.jsonl", "application/jsonl"),
        ("a.csv.gz", "application/gzip"),
        ("a.tar.xz", "application/x-xz"),
        ("model.safetensors", "application/octet-stream"),
        ("README", "application/octet-stream"),
        (".csv", "text/csv"),
        ("folder.csv/file", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
        ("https://host/a.csv?x", "application/octet-stream"),
    ],
)
def test_the_name_tells_the_content_type(key: str, kind: str) -> None:
    assert content_type_of(key) == kind
