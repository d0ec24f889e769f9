"""What the name of an object says of the table in it, and how pandas and polars read that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class TableKind(NamedTuple):
    """A kind of table: the functions of pandas and polars that read it, and what they must be told."""

    name: str
    pandas: str
    polars: str
    for_pandas: Mapping[str, Any] = {}
    for_polars: Mapping[str, Any] = {}
    packed: frozenset[str] = frozenset()
    """Which of the two read it compressed, too."""

    def is_read_by(self, library: str, compression: str) -> bool:
        """Whether pandas or polars reads it, compressed so."""
        return not compression or library in self.packed


_PANDAS = frozenset({"pandas"})
_BOTH = _PANDAS | {"polars"}
_CSV = TableKind("csv", "read_csv", "read_csv", packed=_BOTH)
_TSV = TableKind("tsv", "read_csv", "read_csv", {"sep": "\t"}, {"separator": "\t"}, packed=_BOTH)
_LINES = TableKind("lines", "read_json", "read_ndjson", {"lines": True}, packed=_PANDAS)
_PARQUET = TableKind("parquet", "read_parquet", "read_parquet")
_FEATHER = TableKind("feather", "read_feather", "read_ipc")
KINDS: Mapping[str, TableKind] = {
    ".csv": _CSV,
    ".tsv": _TSV,
    ".json": TableKind("json", "read_json", "read_json", packed=_PANDAS),
    ".jsonl": _LINES,
    ".ndjson": _LINES,
    ".parquet": _PARQUET,
    ".pq": _PARQUET,
    ".feather": _FEATHER,
    ".arrow": _FEATHER,
    ".xlsx": TableKind("excel", "read_excel", "read_excel"),
}
_COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz", ".zip": "zip"}


def table_kind(key: str) -> tuple[TableKind | None, str]:
    """Return the kind of table, None for no table, and the compression, empty for none."""
    name = key.rpartition("/")[2].lower()
    compression = ""
    for ending, found in _COMPRESSED.items():
        if name.endswith(ending):
            name, compression = name.removesuffix(ending), found
    return KINDS.get(name[name.rfind(".") :] if "." in name else ""), compression
