"""Objects as tables of pandas, polars and Arrow: read by what their names say they are."""

from __future__ import annotations

import importlib
from typing import IO, Any

from cellift.storage.errors import StorageError, UnsupportedError
from cellift.storage.shown import quoted
from cellift.storage.table_names import KINDS, TableKind, table_kind


def to_pandas(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``pandas.DataFrame``; *options* go to pandas' reader."""
    pandas = needed("pandas", "to_pandas")
    kind, compression = kind_of(key)
    if not kind.is_read_by("pandas", compression):
        raise _cannot(key, "to_pandas")
    if compression:
        options.setdefault("compression", compression)
    return getattr(pandas, kind.pandas)(file, **{**kind.for_pandas, **options})


def to_polars(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``polars.DataFrame``; *options* go to polars' reader."""
    polars = needed("polars", "to_polars")
    kind, compression = kind_of(key)
    if not kind.is_read_by("polars", compression):
        raise _cannot(key, "to_polars")
    return getattr(polars, kind.polars)(file, **{**kind.for_polars, **options})


def to_arrow(file: IO[bytes], key: str, options: dict[str, Any]) -> Any:
    """A ``pyarrow.Table``; *options* go to Arrow's reader."""
    needed("pyarrow", "to_arrow")
    kind, compression = kind_of(key)
    source: Any = file
    if compression:
        source = importlib.import_module("pyarrow").CompressedInputStream(file, compression)
    if kind.name == "parquet":
        return importlib.import_module("pyarrow.parquet").read_table(source, **options)
    if kind.name == "feather":
        return importlib.import_module("pyarrow.feather").read_table(source, **options)
    if kind.name in ("csv", "tsv"):
        csv = importlib.import_module("pyarrow.csv")
        if kind.name == "tsv":
            options.setdefault("parse_options", csv.ParseOptions(delimiter="\t"))
        return csv.read_csv(source, **options)
    if kind.name == "lines":
        return importlib.import_module("pyarrow.json").read_json(source, **options)
    raise _cannot(key, "to_arrow")


def kind_of(key: str) -> tuple[TableKind, str]:
    """What a key's ending says: the kind of table, and the compression (empty for none). StorageError for neither."""
    kind, compression = table_kind(key)
    if kind is None:
        raise _cannot(key, "a table")
    return kind, compression


def needed(package: str, method: str) -> Any:
    """The package; UnsupportedError with what to install when it is not there."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise UnsupportedError(f"{method}() needs {package}: pip install {package}") from None


def _cannot(key: str, what: str) -> StorageError:
    return UnsupportedError(
        f"{quoted(key)} cannot be read as {what}: its name ends with none of {', '.join(sorted(KINDS))} (also "
        "compressed). Read it with open()."
    )
