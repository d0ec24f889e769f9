"""Read a notebook: plain JSON to cells, without nbformat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from cellift.notebook.diagnostics import RefusedError, diagnose

CellType = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class Cell:
    """One cell. ``index`` counts from 0 among all cells; ``id`` is nbformat's, or ``cell-<index>``."""

    id: str
    index: int
    type: CellType
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The position that people count: 1 for the first cell of the notebook."""
        return self.index + 1


@dataclass(frozen=True)
class Notebook:
    """The cells and metadata of a notebook; ``path`` is where it was read from, when known."""

    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = None


def parse_notebook(data: str | bytes | Mapping[str, Any], path: str | None = None) -> Notebook:
    """Read a notebook from JSON text or from its already parsed form.

    Raises ``RefusedError``: CL001 for anything that is no notebook, CL002 for another language than Python,
    CL003 for a format before nbformat 4.
    """
    name = path or "The input"
    content = data if isinstance(data, Mapping) else decode_notebook(data, name)
    if isinstance(content, Mapping) and "worksheets" in content:
        raise _refused(
            "CL003",
            f"{name} is a notebook of format {content.get('nbformat', 3)}; format 4 is needed.",
            "Convert it: jupyter nbconvert --to notebook --nbformat 4 NOTEBOOK.",
        )
    if not isinstance(content, Mapping) or not isinstance(content.get("cells"), list):
        raise _refused("CL001", f"{name} is not a notebook: it has no list of cells.", "Choose an .ipynb file.")
    metadata = content.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise _refused("CL001", f"{name} is not a notebook: its metadata is not an object.", None)
    _require_python(metadata, name)
    cells = tuple(_cell(raw, index, name) for index, raw in enumerate(content["cells"]))
    return Notebook(_with_unique_ids(cells), metadata, path)


def kernel_name(notebook: Notebook) -> str | None:
    """The name of the notebook's kernelspec, or None when the notebook names none."""
    spec = notebook.metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, Mapping) else None
    return name if isinstance(name, str) and name else None


def pipeline_setting(notebook: Notebook, key: str) -> str:
    """A text of the notebook's ``metadata.cellift.pipeline`` ("name", "description"); empty when it has none."""
    ours = notebook.metadata.get("cellift")
    pipeline = ours.get("pipeline") if isinstance(ours, Mapping) else None
    value = pipeline.get(key) if isinstance(pipeline, Mapping) else None
    # Lone halves of characters cannot be written to a file.
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def decode_notebook(data: str | bytes, name: str) -> Any:
    """The JSON of a file; ``RefusedError`` (CL001) when it is none."""
    if not data.strip():
        raise _refused("CL001", f"{name} is not a notebook: it is empty.", "Restore it from a checkpoint.")
    try:
        return json.loads(data.decode("utf-8-sig") if isinstance(data, bytes) else data)
    except UnicodeDecodeError:
        raise _refused("CL001", f"{name} is not a notebook: it is not UTF-8 text.", "Choose an .ipynb file.") from None
    except json.JSONDecodeError as error:
        raise _refused(
            "CL001",
            f"{name} is not a notebook: it is not JSON (line {error.lineno}, column {error.colno}: {error.msg}).",
            "Choose an .ipynb file, or restore it from a checkpoint.",
        ) from None
    except RecursionError:
        raise _refused("CL001", f"{name} is not a notebook: its JSON is nested too deeply.", None) from None


def _require_python(metadata: Mapping[str, Any], name: str) -> None:
    info = metadata.get("language_info")
    spec = metadata.get("kernelspec")
    language = info.get("name") if isinstance(info, Mapping) else None
    if not language and isinstance(spec, Mapping):
        language = spec.get("language")
    if isinstance(language, str) and language and language.lower() not in ("python", "ipython", "python3"):
        raise _refused(
            "CL002",
            f"{name} is a notebook in {language}; steps are Python.",
            "Choose a notebook with a Python kernel.",
        )


def _cell(raw: Any, index: int, name: str) -> Cell:
    kind = raw.get("cell_type") if isinstance(raw, Mapping) else None
    if kind not in ("code", "markdown", "raw"):
        raise _refused("CL001", f"{name} is not a notebook: cell {index + 1} has no known cell type.", None)
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise _refused("CL001", f"{name} is not a notebook: the source of cell {index + 1} is not text.", None)
    metadata = raw.get("metadata")
    identifier = raw.get("id")
    return Cell(
        id=identifier if isinstance(identifier, str) and identifier else f"cell-{index}",
        index=index,
        type=cast(CellType, kind),
        source=source.replace("\r\n", "\n").replace("\r", "\n"),
        metadata=metadata if isinstance(metadata, Mapping) else {},
    )


def _with_unique_ids(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Copy and paste outside Jupyter makes duplicate ids; a later duplicate gets the id of a cell without one."""
    seen: set[str] = set()
    unique = []
    for cell in cells:
        identifier = cell.id
        if identifier in seen:
            identifier = f"cell-{cell.index}"
            while identifier in seen:
                identifier += "-again"
        seen.add(identifier)
        unique.append(cell if identifier == cell.id else replace(cell, id=identifier))
    return tuple(unique)


def _refused(code: str, message: str, fix: str | None) -> RefusedError:
    return RefusedError([diagnose(code, message, fix=fix)])
