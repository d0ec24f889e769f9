"""What ``cellift.toml`` says, from its layers.

Lowest first: ``/etc/cellift/cellift.toml``, ``$XDG_CONFIG_HOME/cellift/cellift.toml``, the ``cellift.toml`` of the
nearest project (the working folder or one above it), ``CELLIFT_*`` variables. Flags of a command come on top.
A key is one row of `KEYS`; a key that is in no row is reported, never ignored in silence.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cellift.config.storage import StorageTable

SYSTEM_FILE = Path("/etc/cellift/cellift.toml")
FILE_NAME = "cellift.toml"

# A project's file comes with cloned code: it may not say where data goes or what people may use.
NOT_FOR_PROJECTS = ("storage", "limits")


class Key(NamedTuple):
    """One setting: its dotted name, what it means, the value when nobody sets it, the least value accepted."""

    name: str
    meaning: str
    default: int
    least: int

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "CELLIFT_" + self.name.replace(".", "_").upper()


class TextKey(NamedTuple):
    """A setting that is a text; empty when nobody sets it."""

    name: str
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "CELLIFT_" + self.name.replace(".", "_").upper()


RUNS_LIMIT = Key("runs.limit", "how many runs a list shows", 20, 1)
FILES_MIB = Key("pipeline.files_mib", "how many MiB of files a step of a compiled pipeline may hand on", 2048, 1)
KEYS: tuple[Key, ...] = (RUNS_LIMIT, FILES_MIB)
RUNS_ARTIFACTS = TextKey("runs.artifacts", "where in a store what steps make is kept, too: CONNECTION/bucket/prefix")
TEXT_KEYS: tuple[TextKey, ...] = (RUNS_ARTIFACTS,)
_WHERE_DATA_GOES = (RUNS_ARTIFACTS.name,)


class Problem(NamedTuple):
    """Something in the configuration that was not taken: where, and why."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Settings:
    """The values in force, the files that were read (lowest layer first), and what was not taken."""

    values: Mapping[str, int]
    files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    storage: Mapping[str, StorageTable] = field(default_factory=dict)
    """Connections by name. That of a higher layer replaces the lower one's as a whole: a URL and the keys for it belong
    together."""
    texts: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: Key) -> int:
        return self.values[key.name]

    def text(self, key: TextKey) -> str:
        """The value of a setting that is a text."""
        return self.texts.get(key.name, "")


def load_settings(folder: Path | None = None) -> Settings:
    """Read all layers; *folder* (default: the working directory) is where the search for a project starts.

    Never raises for what is written in a file: a problem is listed and the layer below counts.
    """
    values = {key.name: key.default for key in KEYS}
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    files: list[Path] = []
    storage: dict[str, StorageTable] = {}
    for path, is_project in _files(folder or Path.cwd()):
        table = _read(path, problems)
        if table is None:
            continue
        files.append(path)
        tables = table.get("storage")
        if isinstance(tables, dict) and not is_project:
            from cellift.config.storage import read_tables

            del table["storage"]
            found, wrong = read_tables(path, tables, _lines(path))
            storage.update({one.name: one for one in found})
            problems += [Problem(str(path), line, message) for line, message in wrong]
        for name, line, value in _entries(path, table):
            if name in _WHERE_DATA_GOES and not is_project:
                _set_text(texts, problems, name, value, str(path), line)
                continue
            _take(values, problems, path, name, line, value, is_project=is_project)
    for key in KEYS:
        text = os.environ.get(key.variable)
        if text is not None:
            value = int(text) if text.strip().lstrip("+-").isdigit() else text
            _set(values, problems, key, value, f"${key.variable}", None)
    for one in TEXT_KEYS:
        if one.variable in os.environ:
            texts[one.name] = os.environ[one.variable]
    return Settings(values, tuple(files), tuple(problems), storage, texts)


def config_path() -> Path:
    """Return where the user's settings are or would be: ``$XDG_CONFIG_HOME/cellift``, else ``~/.config/cellift``."""
    config = os.environ.get("XDG_CONFIG_HOME") or ""
    base = Path(config) if os.path.isabs(config) else Path(os.path.expanduser("~/.config"))  # noqa: PTH111, PTH117
    return base / "cellift"


def _files(folder: Path) -> Iterator[tuple[Path, bool]]:
    yield SYSTEM_FILE, False
    user = config_path() / FILE_NAME
    yield user, False
    for parent in (folder, *folder.parents):
        path = parent / FILE_NAME
        if path not in (user, SYSTEM_FILE) and path.is_file():
            yield path, True
            return


def _read(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problems.append(Problem(str(path), None, f"the file cannot be read: {error.strerror or error}"))
        return None
    import importlib

    # The standard library has it from Python 3.11 on; before, it is a dependency of the same interface.
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        table: dict[str, Any] = toml.loads(data.decode("utf-8"))
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), None, f"the file is not TOML and is left out: {error}"))
        return None
    return table


def _entries(path: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, int | None, Any]]:
    """Dotted name, line and value of everything in the file that is not a table of tables."""
    lines = _lines(path)
    stack = [("", table)]
    while stack:
        prefix, inner = stack.pop()
        for name, value in inner.items():
            dotted = f"{prefix}{name}"
            if isinstance(value, dict) and value:
                stack.append((f"{dotted}.", value))
            else:
                yield dotted, lines.get(dotted), value


def _lines(path: Path) -> dict[str, int]:
    """Line of each ``key =``: the standard parser keeps no positions, and a message without one is hard to use."""
    found: dict[str, int] = {}
    header = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            header = text.strip("[]# ").replace('"', "").replace(" ", "") + "."
        elif "=" in text and not text.startswith("#"):
            key = text.split("=", 1)[0].replace('"', "").replace(" ", "")
            found.setdefault(header + key, number)
    return found


def _take(
    values: dict[str, int],
    problems: list[Problem],
    path: Path,
    name: str,
    line: int | None,
    value: Any,
    *,
    is_project: bool,
) -> None:
    top = name.split(".", 1)[0]
    if is_project and (top in NOT_FOR_PROJECTS or name in _WHERE_DATA_GOES):
        what = name if name in _WHERE_DATA_GOES else f"[{top}]"
        message = (
            f"{what} is left out: a project's file may not define connections or limits or say where data goes, as it "
            f"comes with the project's code. Put it into your own {FILE_NAME}."
        )
        problems.append(Problem(str(path), line, message))
        return
    for key in KEYS:
        if key.name == name:
            _set(values, problems, key, value, str(path), line)
            return
    import difflib

    near = difflib.get_close_matches(name, [*(key.name for key in KEYS), *(key.name for key in TEXT_KEYS)], 1)
    hint = f" Near it: {near[0]}." if near else ""
    problems.append(Problem(str(path), line, f"there is no setting {name}; it has no effect.{hint}"))


def _set_text(
    texts: dict[str, str], problems: list[Problem], name: str, value: Any, source: str, line: int | None
) -> None:
    if isinstance(value, str):
        texts[name] = value
    else:
        meaning = next(key.meaning for key in TEXT_KEYS if key.name == name)
        problems.append(Problem(source, line, f"{name} ({meaning}) must be a text, not {value!r}; left out"))


def _set(values: dict[str, int], problems: list[Problem], key: Key, value: Any, source: str, line: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < key.least:
        message = f"{key.name} ({key.meaning}) must be a whole number from {key.least} up, not {value!r}; left out"
        problems.append(Problem(source, line, message))
    else:
        values[key.name] = value
