"""Files beside a notebook that its code names: relative paths as they stand in texts, patterns, and joined parts."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from pathlib import Path

from cellift.project.remembered import of_kind, remembered

_LONGEST = 300
_MOST_MATCHES = 1000
_JOINERS = frozenset({"join", "Path", "PurePath", "PosixPath", "joinpath"})


def named_paths(trees: Iterable[ast.AST]) -> frozenset[str]:
    """What may be files below a folder, as the code names them."""
    return frozenset[str]().union(*map(_paths, trees))


def named_files(paths: Iterable[str], folder: Path, known: dict[str, frozenset[str]]) -> set[str]:
    """Relative paths (with ``/``) of the files below *folder* that these name.

    ``known``: the files of each name that was looked for; it grows.
    """
    found: set[str] = set()
    for path in paths:
        if path not in known:
            known[path] = frozenset(_files(path, folder))
        found |= known[path]
    return found


@remembered
def _paths(tree: ast.AST) -> frozenset[str]:
    """The texts in it that may name files below the folder, in their normal form."""
    texts = map(_text, of_kind(tree, ast.Constant, ast.BinOp, ast.Call))
    paths = (_path(text) for text in set(texts) if text is not None)
    return frozenset(path for path in paths if path is not None)


def _path(text: str) -> str | None:
    if not text or len(text) > _LONGEST or "\0" in text or "\n" in text or os.path.isabs(text):  # noqa: PTH117
        return None
    path = os.path.normpath(text)
    return None if path.startswith("..") or path == "." else path


def _text(node: ast.AST) -> str | None:
    """``"a/b.csv"``, ``Path("a") / "b.csv"``, ``os.path.join("a", "b.csv")``."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
        left, right = _text(node.left), _text(node.right)
        if left is None or right is None:
            return None
        return f"{left}/{right}" if isinstance(node.op, ast.Div) else left + right
    if isinstance(node, ast.Call) and node.args and not node.keywords:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _JOINERS:
            parts = [_text(argument) for argument in node.args]
            return "/".join(part for part in parts if part is not None) if None not in parts else None
    return None


def _files(path: str, folder: Path) -> set[str]:
    try:
        if any(mark in path for mark in "*?["):
            return matching(path, folder)
        is_file = os.path.isfile(f"{folder}{os.sep}{path}")  # noqa: PTH113 - most texts name none: it is asked often
        return {Path(path).as_posix()} if is_file and not is_litter(path) else set()
    except (OSError, ValueError):
        return set()


def matching(pattern: str, folder: Path) -> set[str]:
    """Files below *folder* that fit a pattern; a folder stands for all that is in it."""
    found: set[str] = set()
    try:
        if (folder / pattern).is_dir():
            pattern = f"{pattern.rstrip('/')}/**/*"
        paths = folder.glob(pattern)
        for path in paths:
            relative = path.relative_to(folder).as_posix()
            if path.is_file() and not is_litter(relative):
                found.add(relative)
            if len(found) >= _MOST_MATCHES:
                break
    except (OSError, ValueError, NotImplementedError):
        return set()
    return found


def is_litter(path: str) -> bool:
    """Caches, hidden files, version control."""
    return any(part.startswith(".") or part == "__pycache__" or part.endswith(".pyc") for part in path.split("/"))
