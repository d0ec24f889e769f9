"""Objects as tables of pandas, polars and Arrow: read by what their names say they are."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import IO, Any

from cellift.storage.errors import StorageError, UnsupportedError
from cellift.storage.shown import quoted

_COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz", ".zip": "zip"}
_KINDS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
    ".xlsx": "excel",
}


def to_pandas(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``pandas.DataFrame``; *options* go to pandas' reader."""
    pandas = _needed("pandas", "to_pandas")
    kind, compression = kind_of(key)
    if compression:
        options.setdefault("compression", compression)
    if kind == "tsv":
        options.setdefault("sep", "\t")
    if kind == "lines":
        options.setdefault("lines", True)
    readers: dict[str, Callable[..., Any]] = {
        "csv": pandas.read_csv,
        "tsv": pandas.read_csv,
        "json": pandas.read_json,
        "lines": pandas.read_json,
        "parquet": pandas.read_parquet,
        "feather": pandas.read_feather,
        "excel": pandas.read_excel,
    }
    return readers[kind](file, **options)


def to_polars(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``polars.DataFrame``; *options* go to polars' reader."""
    polars = _needed("polars", "to_polars")
    kind, compression = kind_of(key)
    if compression and kind not in ("csv", "tsv"):
        raise _cannot(key, "to_polars")
    if kind == "tsv":
        options.setdefault("separator", "\t")
    readers: dict[str, Callable[..., Any]] = {
        "csv": polars.read_csv,
        "tsv": polars.read_csv,
        "json": polars.read_json,
        "lines": polars.read_ndjson,
        "parquet": polars.read_parquet,
        "feather": polars.read_ipc,
        "excel": polars.read_excel,
    }
    return readers[kind](file, **options)


def to_arrow(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``pyarrow.Table``; *options* go to Arrow's reader."""
    _needed("pyarrow", "to_arrow")
    kind, compression = kind_of(key)
    source: Any = file
    if compression:
        source = importlib.import_module("pyarrow").CompressedInputStream(file, compression)
    if kind == "parquet":
        return importlib.import_module("pyarrow.parquet").read_table(source, **options)
    if kind == "feather":
        return importlib.import_module("pyarrow.feather").read_table(source, **options)
    if kind in ("csv", "tsv"):
        csv = importlib.import_module("pyarrow.csv")
        if kind == "tsv":
            options.setdefault("parse_options", csv.ParseOptions(delimiter="\t"))
        return csv.read_csv(source, **options)
    if kind == "lines":
        return importlib.import_module("pyarrow.json").read_json(source, **options)
    raise _cannot(key, "to_arrow")


def kind_of(key: str) -> tuple[str, str]:
    """What a key's ending says: the kind of table, and the compression (empty for none). StorageError for neither."""
    name = key.rpartition("/")[2].lower()
    compression = ""
    for ending, found in _COMPRESSED.items():
        if name.endswith(ending):
            name, compression = name.removesuffix(ending), found
    for ending, kind in _KINDS.items():
        if name.endswith(ending):
            return kind, compression
    raise _cannot(key, "a table")


def _needed(package: str, method: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise UnsupportedError(f"{method}() needs {package}: pip install {package}") from None


def _cannot(key: str, what: str) -> StorageError:
    return UnsupportedError(
        f"{quoted(key)} cannot be read as {what}: its name ends with none of {', '.join(sorted(_KINDS))} (also "
        "compressed). Read it with open()."
    )
