"""Rows: CSV and TSV, JSON lines, Parquet."""

from __future__ import annotations

import csv
import io
import itertools
import json
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cellift.storage.previews.api import COLUMNS, MOST, ROWS, Preview, Sample
from cellift.storage.previews.text import decoded

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import FileMetaData

_PARQUET_ROWS = 50
_VALUES = 1_000_000
_UNPACKED = 16 << 20
_LONGEST = 500
"""Characters of a cell."""


class Separated:
    """CSV and TSV; the separator is told by the first lines."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its name or type."""
        return sample.name.endswith((".csv", ".tsv", ".tab")) or sample.content_type.startswith("text/csv")

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The first line as names, and the rows of the first 64 KiB."""
        cut = sample.size > len(head)
        shown = separated(decoded(head, cut=cut), cut, "\t" if sample.name.endswith((".tsv", ".tab")) else "")
        if shown.rows is not None and len(shown.rows) < ROWS:
            shown.read = len(head)
        return shown


def separated(text: str | None, cut: bool, separator: str = "") -> Preview:
    """The table that a text is; of a text that was cut, the last line is left out."""
    if text is None:
        raise ValueError("no text")
    if not separator:
        separator = _separator(text[:4096])
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([_short(cell) for cell in row[:COLUMNS]])
            if len(rows) > ROWS + 1:
                break
    except csv.Error as error:  # a field without end
        if len(rows) < 2:
            raise ValueError(str(error)) from None
    more = cut or len(rows) > ROWS + 1
    if cut and len(rows) > 1 and len(rows) <= ROWS + 1:
        rows.pop()  # half a row
    if not rows:
        raise ValueError("no rows")
    names, body = rows[0], rows[1 : ROWS + 1]
    width = max(len(names), *(len(row) for row in body)) if body else len(names)
    names += [""] * (width - len(names))
    return Preview(
        "table",
        f"The first {len(body)} rows." if more else f"{len(body)} rows.",
        more,
        columns=[(name, _kind([row[at] for row in body if at < len(row)])) for at, name in enumerate(names)],
        rows=[[*row, *[None] * (width - len(row))] for row in body],
    )


def _separator(text: str) -> str:
    """The one that divides most of the first rows alike. (The rules of csv.Sniffer take hours for a hostile text.)"""
    best, most = ",", 0
    for one in ",;\t|":
        try:
            widths = [
                len(row) for row in itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=one), 20)
            ]
        except csv.Error:
            continue
        # The last row may be half a row.
        alike = sum(width == widths[0] for width in widths[:-1] or widths) if widths and widths[0] > 1 else 0
        if alike > most:
            best, most = one, alike
    return best


class JsonLines:
    """A JSON object a line."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """By its name and first character."""
        return sample.name.endswith((".jsonl", ".ndjson")) and head.lstrip()[:1] in (b"{", b"[")

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """The keys of all lines as columns."""
        cut = sample.size > len(head)
        text = decoded(head, cut=cut)
        if text is None:
            raise ValueError("no text")
        lines = [line for line in text.split("\n") if line.strip()]
        if cut and len(lines) > 1:
            lines.pop()
        found = [json.loads(line) for line in lines[:ROWS]]
        rows = [one if isinstance(one, dict) else {"": one} for one in found]
        names = list(dict.fromkeys(name for row in rows for name in row))[:COLUMNS]
        body = [[_cell(row[name]) if name in row else None for name in names] for row in rows]
        more = cut or len(lines) > ROWS
        note = f"The first {len(body)} lines." if more else f"{len(body)} lines."
        columns = [(name, _kind([row[at] or "" for row in body])) for at, name in enumerate(names)]
        read = len(head) if len(body) < ROWS else None
        return Preview("table", note, more, read, columns=columns, rows=body)


class Parquet:
    """Schema and first rows, from the footer and one row group (Apache Parquet format, "File format")."""

    def fits(self, sample: Sample, head: bytes) -> bool:  # noqa: ARG002
        """By its magic number."""
        return head[:4] == b"PAR1"

    def preview(self, sample: Sample, head: bytes) -> Preview:  # noqa: ARG002
        """With pyarrow, else what the footer's length tells."""
        if sample.size < 12:
            raise ValueError("it is too short")
        tail = sample.range(sample.size - 8, 8)
        (length,) = struct.unpack("<I", tail[:4])
        if tail[4:] != b"PAR1" or length > sample.size - 12:
            raise ValueError("its end is not that of a Parquet file")
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            facts = [("footer", f"{length} bytes")]
            return Preview("facts", "Parquet. To see schema and rows: pip install pyarrow", True, facts=facts)
        if length > MOST // 2:
            raise ValueError("its footer is too large to look into")
        source = _Ranges(sample)
        try:
            file = parquet.ParquetFile(source, buffer_size=1 << 16, pre_buffer=False)
            schema = [(field.name, str(field.type)) for field in file.schema_arrow][:COLUMNS]
            rows = file.metadata.num_rows
            note = f"Parquet, {rows} rows, {file.metadata.num_row_groups} row groups."
            body: list[list[str | None]] = []
            cut = rows > 0
            try:
                names = [name for name, _ in schema]
                if _is_heavy(file.metadata):
                    raise OSError("more than a preview may unpack")
                some = [0] if file.metadata.num_row_groups else []
                for batch in file.iter_batches(_PARQUET_ROWS, row_groups=some, columns=names, use_threads=False):
                    schema = [(field.name, str(field.type)) for field in batch.schema][:COLUMNS]
                    columns = [_cells(column) for column in batch.columns[:COLUMNS]]
                    body = [list(row) for row in zip(*columns, strict=True)]
                    cut = rows > batch.num_rows
                    break
            except OSError:
                note += " Its rows are too large to show."
        except (OSError, ArrowException) as error:
            raise ValueError(str(error)) from None
        return Preview("table", note, cut, columns=schema, rows=body)


def _is_heavy(footer: FileMetaData) -> bool:
    """Whether the first rows may unpack to far more bytes than they are: a file of 2 KB can fill the memory."""
    if not footer.num_row_groups:
        return False
    group = footer.row_group(0)
    part = min(_PARQUET_ROWS / max(group.num_rows, 1), 1)
    for at in range(group.num_columns):
        column = group.column(at)
        whole = column.total_uncompressed_size
        if column.num_values * part > _VALUES or whole * part > _UNPACKED:
            return True
        if whole > max(4 * _UNPACKED, 100 * column.total_compressed_size):
            return True
    return False


def _cells(column: Array) -> list[str | None]:
    from pyarrow import ArrowException, string

    try:
        return [_cell(value) for value in column.to_pylist()]
    except (ValueError, OverflowError, LookupError):  # a time that Python has none for: a far year, an unknown zone
        pass
    try:
        return [_cell(value) for value in column.cast(string()).to_pylist()]
    except ArrowException:
        return ["(cannot be shown)"] * len(column)


class _Ranges(io.RawIOBase):
    """An object as the file that pyarrow reads; beyond the bound of a preview it fails."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max((0, self._at, self._sample.size)[whence] + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        count = self._sample.size - self._at if size is None or size < 0 else size
        if self._sample.taken + count > MOST:
            raise OSError("more than a preview may read")
        data = self._sample.range(self._at, count)
        self._at += len(data)
        return data


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, bytes):
        return _short(value[:_LONGEST].hex())
    if isinstance(value, dict | list):
        return _short(json.dumps(value, ensure_ascii=False, default=str)[: 2 * _LONGEST])
    return _short(json.dumps(value) if isinstance(value, bool) else str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _kind(cells: Sequence[str]) -> str:
    """``number`` when all that is there is one; it is set to the right then."""
    there = [cell for cell in cells if cell.strip()]
    return "number" if there and all(_is_number(cell) for cell in there) else "text"


def _is_number(text: str) -> bool:
    try:
        float(text[:64])
    except ValueError:
        return False
    return True
