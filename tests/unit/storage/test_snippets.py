"""Code that uses an object is valid, names exactly that object, and does nothing else."""

from __future__ import annotations

import ast

import pytest

from cellift.storage.snippets import snippets_of
from cellift.storage.targets import Target

HOSTILE = [
    "a'b.csv",
    'a"b.csv',
    "a\\b.csv",
    "x');import os;os.system('y').csv",
    "{name}.csv",
    "new\nline.csv",
    '"""',
    "ü/🍷.parquet",
]


@pytest.mark.parametrize("key", [*HOSTILE, "t.csv.gz", "t.tsv", "a.npy", "n.txt", "n", "folder/", ""])
@pytest.mark.parametrize("is_server", [True, False])
def test_every_snippet_is_python_that_names_the_object(key: str, is_server: bool) -> None:
    found = snippets_of(Target("lab", "wine", key), is_server=is_server)
    assert found and len({one.id for one in found}) == len(found)
    for one in found:
        tree = ast.parse(one.code)
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert any(text.endswith(key) for text in texts if key) or not key, one.code
        assert "os" not in names and "name" not in names


def test_what_the_name_says_decides_how_it_is_read() -> None:
    def first(key: str) -> str:
        return snippets_of(Target("local", "wine", key), is_server=False)[0].code

    assert "to_pandas" in first("a.csv") and "np.load" in first("a.npy") and "read_text" in first("a.md")
    assert "read_bytes" in first("a.bin") and ".ls()" in first("a/") and ".ls()" in first("")
    ids = [one.id for one in snippets_of(Target("lab", "wine", "a.parquet"), is_server=True)]
    assert ids == ["cellift", "pandas", "polars", "minio", "boto3", "kfp", "file"]


def test_snippets_for_a_local_tree_run(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import cellift

    for name in ("CELLIFT_HOME", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, f"{tmp_path}/{name}")
    cellift.data("local/wine").make_bucket()
    key = 'it\'s {a} "table".csv'
    (cellift.data("local/wine") / key).write_text("x,y\n1,2\n")
    for one in snippets_of(Target("local", "wine", key), is_server=False):
        space: dict[str, object] = {}
        exec(one.code, space)
        assert {"df", "head"} & space.keys(), one.code


def test_no_address_for_fsspec_names_a_second_one() -> None:
    ids = [one.id for one in snippets_of(Target("local", "wine", "a::file:///etc/b.csv"), is_server=False)]
    assert ids == ["cellift", "polars", "file"]
