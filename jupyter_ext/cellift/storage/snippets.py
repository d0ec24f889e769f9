"""Code that uses an object or a folder, to be put into a cell. No secret is in it: connections are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cellift.storage.table_names import TableKind, table_kind
from cellift.storage.targets import Target


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
    kind, compression = table_kind(target.key)
    found = [Snippet("cellift", "Read it", f"import cellift\n\n{_read(target.key, named, kind, compression)}")]
    if kind is not None:
        uri = f"cellift://{text}"
        # What follows a `::`, fsspec would take as another address.
        if "::" not in uri and kind.is_read_by("pandas", compression):
            code = f"import pandas as pd\n\ndf = pd.{kind.pandas}({uri!r}{_options(kind.for_pandas)})\ndf"
            found.append(Snippet("pandas", "pandas and fsspec", code))
        if kind.is_read_by("polars", compression):
            code = f"with {named}.open() as file:\n    df = pl.{kind.polars}(file{_options(kind.for_polars)})\ndf"
            code = f"import cellift\nimport polars as pl\n\n{code}"
            found.append(Snippet("polars", "polars", code))
    if is_server:
        found += _clients(target)
    code = f"import cellift\n\nwith {named}.open() as file:\n    head = file.read(1000)"
    found.append(Snippet("file", "Open as a file", code))
    return found


def _options(options: Mapping[str, object]) -> str:
    return "".join(f", {name}={value!r}" for name, value in options.items())


def _read(key: str, named: str, kind: TableKind | None, compression: str) -> str:
    name = key.rpartition("/")[2].lower()
    # For zstd, pandas needs a further package.
    if kind is not None and kind.is_read_by("pandas", compression) and compression != "zstd":
        return f"df = {named}.to_pandas()\ndf"
    if name.endswith((".npy", ".npz")):
        return f"import numpy as np\n\nwith {named}.open() as file:\n    array = np.load(file)\narray"
    if name.endswith((".txt", ".md", ".log", ".yaml", ".yml", ".toml", ".py", ".sql", ".html", ".xml")):
        return f"text = {named}.read_text()"
    return f"content = {named}.read_bytes()"


def _clients(target: Target) -> list[Snippet]:
    connection, bucket, key = target
    minio = f"with client.get_object({bucket!r}, {key!r}) as answer:\n    content = answer.read()"
    boto3 = f'content = client.get_object(Bucket={bucket!r}, Key={key!r})["Body"].read()'
    importer = f"dsl.importer(artifact_uri={f's3://{bucket}/{key}'!r}, artifact_class=dsl.Artifact, reimport=False)"
    kfp = f"from kfp import dsl\n\n\n@dsl.pipeline\ndef pipeline():\n    {importer}"
    return [*_with_clients(connection, minio=minio, boto3=boto3), Snippet("kfp", "KFP importer", kfp)]


def _folder_clients(target: Target) -> list[Snippet]:
    connection, bucket, key = target
    minio = f"for one in client.list_objects({bucket!r}, prefix={key!r}):\n    print(one.object_name, one.size)"
    boto3 = f"client.list_objects_v2(Bucket={bucket!r}, Prefix={key!r}, MaxKeys=100)"
    return _with_clients(connection, minio=minio, boto3=boto3)


def _with_clients(connection: str, **codes: str) -> list[Snippet]:
    """Code for a client of a library, by the name of the library."""
    first = "import cellift\n\nclient = cellift.data({!r}).{}()  # with the connection's keys\n{}"
    return [Snippet(library, library, first.format(connection, library, code)) for library, code in codes.items()]
