"""What modules beside the notebook may do to files and random generators, told from their source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cellift.notebook.files.log_files import opens_log_file, writes_message
from cellift.notebook.scopes.effects import (
    FILE_READERS,
    FILE_WRITERS,
    PATH_READERS,
    PATH_WRITERS,
    TABLE_WRITERS,
    WRITE_FIRST,
)
from cellift.notebook.state.generators import Knowledge
from cellift.project.dotted import last_name
from cellift.project.remembered import of_kind

if TYPE_CHECKING:
    from cellift.project.snapshot import Project

_FILE_CALLS = FILE_READERS | FILE_WRITERS | PATH_READERS | PATH_WRITERS | TABLE_WRITERS | WRITE_FIRST
_MODULES = frozenset(
    {"os", "shutil", "subprocess", "glob", "sqlite3", "shelve", "dbm", "tempfile", "zipfile", "tarfile"}
)
_OPENS = frozenset({"open", "iterdir", "glob", "rglob", "FileHandler", "ExcelWriter", "HDFStore", "memmap", "connect"})


class Outside(NamedTuple):
    """Names of modules beside the notebook that surely use no files, and of those that draw no random numbers."""

    without_files: frozenset[str] = frozenset()
    without_draws: frozenset[str] = frozenset()
    #: Some of them let loggers write to a file.
    log_to_file: bool = False


def look_outside(nodes: Sequence[ast.stmt], project: Project | None) -> Outside:
    """Read the modules that a notebook imports from its folder, with those that they import from there."""
    if project is None or project.folder is None:
        return Outside()
    from cellift.project.imports import imported_modules

    files, draws = set(), set()
    known: list[tuple[str, list[ast.Module | None]]] = []
    modules = imported_modules(nodes)
    for name in {module.partition(".")[0] for module in modules}:
        if not project.is_local(name):
            continue
        wanted = [module for module in modules if module.partition(".")[0] == name]
        known.append((name, [project.tree(module) for module in project.local_modules(wanted)]))
    to_file = bool(known) and any(map(opens_log_file, _calls(nodes)))
    log_to_file = any(opens_log_file(call) for _, trees in known for call in _calls(filter(None, trees)))
    logs = to_file or log_to_file
    for name, trees in known:
        if all(tree is not None and not _uses_files(tree) and not (logs and _logs(tree)) for tree in trees):
            files.add(name)
        if all(tree is not None and not _draws(tree) for tree in trees):
            draws.add(name)
    return Outside(frozenset(files), frozenset(draws), log_to_file)


def _calls(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    return (call for one in nodes for call in of_kind(one, ast.Call))


def _logs(tree: ast.Module) -> bool:
    return any(writes_message(call, "") for call in _calls([tree]))


def _uses_files(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in _MODULES for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _MODULES:
            return True
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in _OPENS or name in _FILE_CALLS or name.startswith("read_"):
                return True
    return False


def _draws(tree: ast.Module) -> bool:
    knowledge = Knowledge(tree.body, ["state:random"])  # the name of any: what may draw, draws
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(act != "peek" for call in calls for _, act in knowledge.acts(call))
