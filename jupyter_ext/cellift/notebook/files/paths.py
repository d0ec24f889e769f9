"""Which file an expression names, as far as the source shows: ``results/part_*.txt``, ``*`` for anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cellift.project.dotted import dotted_name, last_name
from cellift.project.remembered import of_each_cell, of_kind

ANY = "*"
_DEEP = 12
#: Calls whose result is an open file or a buffer; what is read and written through it counts where it is made.
_HANDLES = frozenset("open StringIO BytesIO TextIOWrapper connect ZipFile TarFile File ExcelWriter PdfPages".split())
_TEMPORARY = frozenset("NamedTemporaryFile TemporaryFile TemporaryDirectory mkdtemp mkstemp gettempdir".split())
_SAME = frozenset("str Path PurePath PosixPath fspath abspath realpath resolve absolute expanduser expandvars".split())
_FORMAT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}")


class Paths:
    """The values that names of a notebook are given, wherever that is in it."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        self._values: dict[str, list[ast.expr]] = {}
        self._unknown: set[str] = set()
        #: Names that were asked for, with the values that they are given; None for what is not known.
        self.asked: dict[str, list[ast.expr] | None] = {}
        for given, unknown in _given_values(statements):
            self._unknown |= unknown
            for name, value in given:
                self._values.setdefault(name, []).append(value)

    def named(self, node: ast.expr, given: Mapping[str, set[str]], depth: int = 0) -> set[str]:
        """Patterns with ``*`` for what is not known; empty for open files, buffers, addresses and temporary files.

        ``given``: what the parameters of the function around may name.
        """
        if depth > _DEEP:
            return {ANY}
        if isinstance(node, ast.Constant):
            text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            if not isinstance(text, str):
                return set()
            return set() if "://" in text else {text.replace("\\", "/")}
        if isinstance(node, ast.Name):
            return self._of_name(node.id, given, depth)
        if isinstance(node, ast.JoinedStr):
            parts = [self._text(part, given, depth) for part in node.values]
            return set() if any("://" in part for part in parts) else {"".join(parts)}
        if isinstance(node, ast.BinOp):
            return self._of_operation(node, given, depth)
        if isinstance(node, ast.Call):
            return self._of_call(node, given, depth)
        if isinstance(node, ast.IfExp):
            return self.named(node.body, given, depth + 1) | self.named(node.orelse, given, depth + 1)
        if isinstance(node, ast.Await):
            return self.named(node.value, given, depth + 1)
        return {ANY}

    def _of_name(self, name: str, given: Mapping[str, set[str]], depth: int) -> set[str]:
        if name in given:
            return given[name]
        values = self.asked[name] = self._given(name)
        if values is None:
            return {ANY}
        return {found for value in values for found in self.named(value, given, depth + 1)}

    def _given(self, name: str) -> list[ast.expr] | None:
        return None if name in self._unknown else self._values.get(name)

    def still(self, answers: Mapping[str, list[ast.expr] | None]) -> bool:
        """Whether these are the values that the names are given."""
        return all(self._given(name) == values for name, values in answers.items())

    def _text(self, node: ast.expr, given: Mapping[str, set[str]], depth: int) -> str:
        """One text for a part of a longer one."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return node.value
            return str(node.value) if isinstance(node.value, int) else ANY
        inner = node.value if isinstance(node, ast.FormattedValue) else node
        if isinstance(inner, (ast.Name, ast.BinOp, ast.JoinedStr)):
            found = self.named(inner, given, depth + 1)
            if len(found) == 1:
                return next(iter(found))
        return ANY

    def _of_operation(self, node: ast.BinOp, given: Mapping[str, set[str]], depth: int) -> set[str]:
        if isinstance(node.op, ast.Div):
            left = self.named(node.left, given, depth + 1) or {ANY}
            return {f"{a}/{b}" for a in left for b in self.named(node.right, given, depth + 1)}
        if isinstance(node.op, ast.Add):
            return {self._text(node.left, given, depth) + self._text(node.right, given, depth)}
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            return {_FORMAT.sub(ANY, self._text(node.left, given, depth))}
        return {ANY}

    def _of_call(self, node: ast.Call, given: Mapping[str, set[str]], depth: int) -> set[str]:
        name, path = last_name(node.func), dotted_name(node.func) or ""
        if name in _HANDLES or name in _TEMPORARY:
            return set()
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "format" and isinstance(receiver, ast.Constant):
            return {_FORMAT.sub(ANY, self._text(receiver, given, depth))}
        if path.endswith("path.join") or name == "joinpath" or (name in ("Path", "PurePath") and len(node.args) > 1):
            parts = [receiver, *node.args] if name == "joinpath" and receiver is not None else node.args
            found = {""}
            for part in parts:
                found = {f"{a}/{b}".lstrip("/") for a in found for b in self.named(part, given, depth + 1) or {ANY}}
            return found
        if name in _SAME:
            if node.args:
                return self.named(node.args[0], given, depth + 1)
            return self.named(receiver, given, depth + 1) if receiver is not None else {"."}
        if name == "cwd" or path.endswith("getcwd"):
            return {"."}
        if name == "with_suffix" and receiver is not None and node.args:
            suffix = self._text(node.args[0], given, depth)
            stems = {found.rpartition(".")[0] or found for found in self.named(receiver, given, depth + 1)}
            return {f"{stem}{suffix}" for stem in stems}
        return {ANY}


_Given = tuple[str, ast.expr | None]
_KINDS = (
    ast.Assign,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.AugAssign,
    ast.For,
    ast.AsyncFor,
    ast.comprehension,
    ast.withitem,
)


@of_each_cell
def _given_values(statements: Sequence[ast.stmt]) -> tuple[list[tuple[str, ast.expr]], frozenset[str]]:
    """The names that statements give values, with these, and those of which the value is not known."""
    nodes = (node for statement in statements for node in of_kind(statement, *_KINDS))
    given = [one for node in nodes for one in _given_by(node)]
    known = [(name, value) for name, value in given if value is not None]
    return known, frozenset(name for name, value in given if value is None)


def _given_by(node: ast.AST) -> Iterator[_Given]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _bind(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield from _bind(node.target, node.value)
    elif isinstance(node, ast.AugAssign):
        yield from ((n.id, None) for n in ast.walk(node.target) if isinstance(n, ast.Name))
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        if isinstance(node.iter, (ast.List, ast.Tuple, ast.Set)):
            for element in node.iter.elts:
                yield from _bind(node.target, element)
        else:
            yield from ((n.id, None) for n in ast.walk(node.target) if isinstance(n, ast.Name))
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from _bind(node.optional_vars, node.context_expr)


def _bind(target: ast.expr, value: ast.expr) -> Iterator[_Given]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
        for place, element in enumerate(target.elts):
            if same and isinstance(value, (ast.Tuple, ast.List)):
                yield from _bind(element, value.elts[place])
            elif isinstance(element, ast.Name):
                yield element.id, None


def last_part(pattern: str) -> str:
    """The file's own name: folders are not compared, they may be written in many ways."""
    name = pattern.rstrip("/").rpartition("/")[2]
    return ANY if name in ("", ".", "..", "~") else re.sub(r"\*+|\?|\[[^\]]*\]", ANY, name)


def folders(pattern: str) -> set[str]:
    """The names of the folders that a pattern leads through."""
    parts = pattern.rstrip("/").split("/")[:-1]
    return {part for part in parts if part not in ("", ".", "..", "~") and ANY not in part}


def overlap(one: str, other: str) -> bool:
    """Whether two names with ``*`` may mean one file."""
    if ANY not in one and ANY not in other:
        return one == other
    first, second = one.split(ANY), other.split(ANY)
    if len(first) == 1 or len(second) == 1:
        fixed, loose = (one, second) if len(first) == 1 else (other, first)
        return re.fullmatch(".*".join(map(re.escape, loose)), fixed, re.DOTALL) is not None
    starts = first[0].startswith(second[0]) or second[0].startswith(first[0])
    ends = first[-1].endswith(second[-1]) or second[-1].endswith(first[-1])
    return starts and ends
