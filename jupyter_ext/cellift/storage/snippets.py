"""Code that uses an object or a folder, to be put into a cell. No secret is in it: connections are named."""

from __future__ import annotations

from typing import NamedTuple

from cellift.storage.targets import Target

_TABLES = {
    ".csv": ("read_csv", "read_csv"),
    ".tsv": ("read_csv", "read_csv"),
    ".json": ("read_json", "read_json"),
    ".jsonl": ("read_json", "read_ndjson"),
    ".ndjson": ("read_json", "read_ndjson"),
    ".parquet": ("read_parquet", "read_parquet"),
    ".feather": ("read_feather", "read_ipc"),
    ".xlsx": ("read_excel", "read_excel"),
}
_PACKED = (".gz", ".bz2", ".zst", ".xz")


class Snippet(NamedTuple):
    """A piece of Python with the words that a menu shows."""

    id: str
    label: str
    code: str


def snippets_of(target: Target, *, is_server: bool) -> list[Snippet]:
    """The snippets for an object (or, when the key is empty or ends with a slash, for what is below it).

    *is_server*: the connection is one to an S3 server, for which other libraries have clients.
    """
    text = "/".join(part for part in target if part)
    named = f"cellift.data({text!r})"
    if not target.key or target.key.endswith("/"):
        found = [Snippet("list", "List what is there", f"import cellift\n\n{named}.ls()")]
        if is_server:
            found += _folder_clients(target)
        return found
    kind = _kind(target.key)
    found = [Snippet("cellift", "Read it", f"import cellift\n\n{_read(target.key, named, kind)}")]
    if kind is not None:
        pandas, polars = _TABLES[kind]
        uri = f"cellift://{text}"
        options = ', sep="\\t"' if kind == ".tsv" else ", lines=True" if kind in (".jsonl", ".ndjson") else ""
        if "::" not in uri:  # fsspec would take what follows as another address
            code = f"import pandas as pd\n\ndf = pd.{pandas}({uri!r}{options})\ndf"
            found.append(Snippet("pandas", "pandas and fsspec", code))
        options = ', separator="\\t"' if kind == ".tsv" else ""
        code = f"with {named}.open() as file:\n    df = pl.{polars}(file{options})\ndf"
        code = f"import cellift\nimport polars as pl\n\n{code}"
        found.append(Snippet("polars", "polars", code))
    if is_server:
        found += _clients(target)
    code = f"import cellift\n\nwith {named}.open() as file:\n    head = file.read(1000)"
    found.append(Snippet("file", "Open as a file", code))
    return found


def _read(key: str, named: str, kind: str | None) -> str:
    name = key.rpartition("/")[2].lower()
    if kind is not None and not name.endswith(".zst"):
        return f"df = {named}.to_pandas()\ndf"
    if name.endswith((".npy", ".npz")):
        return f"import numpy as np\n\nwith {named}.open() as file:\n    array = np.load(file)\narray"
    if name.endswith((".txt", ".md", ".log", ".yaml", ".yml", ".toml", ".py", ".sql", ".html", ".xml")):
        return f"text = {named}.read_text()"
    return f"content = {named}.read_bytes()"


def _clients(target: Target) -> list[Snippet]:
    connection, bucket, key = target
    client = f"import cellift\n\nclient = cellift.data({connection!r})"
    return [
        Snippet(
            "minio",
            "minio",
            f"{client}.minio()  # with the connection's keys\n"
            f"with client.get_object({bucket!r}, {key!r}) as answer:\n    content = answer.read()",
        ),
        Snippet(
            "boto3",
            "boto3",
            f"{client}.boto3()  # with the connection's keys\n"
            f'content = client.get_object(Bucket={bucket!r}, Key={key!r})["Body"].read()',
        ),
        Snippet(
            "kfp",
            "KFP importer",
            "from kfp import dsl\n\n\n@dsl.pipeline\ndef pipeline():\n"
            f"    dsl.importer(artifact_uri={f's3://{bucket}/{key}'!r}, artifact_class=dsl.Artifact, reimport=False)",
        ),
    ]


def _folder_clients(target: Target) -> list[Snippet]:
    connection, bucket, key = target
    client = f"import cellift\n\nclient = cellift.data({connection!r})"
    return [
        Snippet(
            "minio",
            "minio",
            f"{client}.minio()  # with the connection's keys\n"
            f"for one in client.list_objects({bucket!r}, prefix={key!r}):\n    print(one.object_name, one.size)",
        ),
        Snippet(
            "boto3",
            "boto3",
            f"{client}.boto3()  # with the connection's keys\n"
            f"client.list_objects_v2(Bucket={bucket!r}, Prefix={key!r}, MaxKeys=100)",
        ),
    ]


def _kind(key: str) -> str | None:
    name = key.rpartition("/")[2].lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    ending = name[name.rfind(".") :] if "." in name else ""
    return ending if ending in _TABLES else None
