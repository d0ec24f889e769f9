"""The names that ``from M import *`` brings, read from source or stub files; nothing of the user's is imported."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from cellift.project.modules import Found, absolute_name, read_source

Resolve = Callable[[str], "dict[str, bool] | None"]
"""Full module name -> names of its star import."""

_NAMELESS = frozenset({"globals", "vars", "locals", "exec", "setattr"})
_PATIENCE = 20
_NOT_ASKED = frozenset({"antigravity", "this", "__main__", "idlelib"})


class ModuleText:
    """One module's top level: what it binds (name -> certain), and its ``__all__`` if it has one."""

    def __init__(self, tree: ast.Module, found: Found, star: Resolve, exported: Resolve) -> None:
        self._found = found
        self._star = star
        self._exported = exported
        self._modules: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        self.names: dict[str, bool] = {}
        self.all: list[str] | None = None
        self.all_unknown = False
        self.hides = False
        self._block(tree.body, certain=True)

    def _block(self, statements: Iterable[ast.stmt], *, certain: bool) -> None:
        for node in statements:
            self._statement(node, certain)

    def _bind(self, name: str, certain: bool) -> None:
        self.names[name] = certain or self.names.get(name, False)

    def _statement(self, node: ast.stmt, certain: bool) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bind(node.name, certain)
            return
        if isinstance(node, ast.Import):
            self._import(node, certain)
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node, certain)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._assign(node, certain)
        elif isinstance(node, ast.If):
            if _name_of(node.test) != "TYPE_CHECKING":
                self._block(node.body, certain=False)
            self._block(node.orelse, certain=_name_of(node.test) == "TYPE_CHECKING" and certain)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.names.pop(target.id, None)
        else:
            self._other(node, certain)
        self._look_for_hidden(node)

    def _other(self, node: ast.stmt, certain: bool) -> None:
        stays = isinstance(node, (ast.With, ast.AsyncWith))
        for field in ("body", "handlers", "orelse", "finalbody"):
            for inner in getattr(node, field, ()):
                self._statement(inner, certain and stays)  # a handler is one that has statements, too
        for case in getattr(node, "cases", ()):
            self._block(case.body, certain=False)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            for name in _stored(node.target):
                self._bind(name, False)
        for item in getattr(node, "items", ()):
            if item.optional_vars is not None:
                for name in _stored(item.optional_vars):
                    self._bind(name, certain)
        if isinstance(node, ast.Expr):
            self._call(node.value)

    def _import(self, node: ast.Import, certain: bool) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.split(".")[0]
            self._bind(bound, certain)
            self._modules[bound] = alias.name if alias.asname else bound

    def _import_from(self, node: ast.ImportFrom, certain: bool) -> None:
        module = absolute_name(node.module, node.level, self._found.package)
        if module is None:
            for alias in node.names:
                self._bind(alias.asname or alias.name, certain)
            return
        if self._found.is_package and module.startswith(f"{self._found.name}."):
            # Importing a submodule makes it an attribute of its package.
            self._bind(module.removeprefix(f"{self._found.name}.").split(".")[0], certain)
        for alias in node.names:
            if alias.name != "*":
                bound = alias.asname or alias.name
                self._bind(bound, certain)
                self._modules[bound] = f"{module}.{alias.name}"
                if alias.name == "__all__" and bound == "__all__":
                    self._set_all(self._exported(module))
                continue
            brought = self._star(module)
            if brought is None:
                self.hides = True
                continue
            for name, sure in brought.items():
                self._bind(name, certain and sure)

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, certain: bool) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if (
            isinstance(node, ast.AnnAssign)
            and node.value is None
            and self._found.file
            and self._found.file.suffix == ".py"
        ):
            return
        for target in targets:
            if isinstance(target, ast.Name) and target.id == "__all__":
                self._define_all(node, certain)
            elif isinstance(target, ast.Name) and isinstance(node.value, (ast.List, ast.Tuple)):
                texts = self._texts(node.value)
                if texts is not None and isinstance(node, ast.Assign) and certain:
                    self._lists[target.id] = texts
            for name in _stored(target):
                self._bind(name, certain)

    def _define_all(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, certain: bool) -> None:
        values = self._texts(node.value) if node.value is not None else None
        if values is None or not certain:
            self.all_unknown = True
        elif isinstance(node, ast.AugAssign):
            self.all = [*(self.all or []), *values]
        else:
            self.all = values

    def _set_all(self, names: dict[str, bool] | None) -> None:
        if names is None:
            self.all_unknown = True
        else:
            self.all = list(names)

    def _call(self, node: ast.expr) -> None:
        """``__all__.extend([...])``, ``.append("x")``, ``.remove("x")``."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "__all__"):
            return
        method, first = node.func.attr, node.args[0] if node.args else None
        values = None if first is None else self._texts(first)
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        if method == "extend" and values is not None:
            self.all = [*(self.all or []), *values]
        elif method == "append" and text is not None:
            self.all = [*(self.all or []), text]
        elif method == "remove" and text is not None:
            self.all = [name for name in self.all or [] if name != text]
        elif method != "sort":
            self.all_unknown = True

    def _texts(self, node: ast.expr) -> list[str] | None:
        """The list of texts that an expression gives, from literals and other modules' ``__all__``."""
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            found: list[str] = []
            for one in node.elts:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.append(one.value)
                    continue
                inner = self._texts(one.value) if isinstance(one, ast.Starred) else None
                if inner is None:
                    return None
                found += inner
            return found
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._texts(node.left), self._texts(node.right)
            return None if left is None or right is None else left + right
        if isinstance(node, ast.Call) and _name_of(node.func) in ("list", "tuple", "sorted") and len(node.args) == 1:
            return self._texts(node.args[0])
        if isinstance(node, ast.Name):
            if node.id == "__all__" and not self.all_unknown:
                return self.all
            return self._lists.get(node.id)
        if isinstance(node, ast.ListComp) and _is_public_dir(node) and not self.hides:
            return [name for name in self.names if not name.startswith("_")]
        if isinstance(node, ast.Attribute) and node.attr == "__all__" and isinstance(node.value, ast.Name):
            module = self._modules.get(node.value.id)
            names = self._exported(module) if module else None
            return None if names is None else list(names)
        return None

    def _look_for_hidden(self, node: ast.stmt) -> None:
        """A module that fills its own namespace by text has names that its source does not show."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return
        pending: list[ast.AST] = [node]
        while pending:
            one = pending.pop()
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                continue
            if isinstance(one, ast.Call) and _name_of(one.func) in _NAMELESS:
                self.hides = True
                return
            if isinstance(one, ast.NamedExpr):
                self._bind(one.target.id, False)
            pending.extend(ast.iter_child_nodes(one))


def names_in_text(source: str, found: Found, star: Resolve, exported: Resolve) -> dict[str, bool] | None:
    """The names (-> certain) that a star import of this source brings; None when that cannot be told."""
    try:
        text = ModuleText(ast.parse(source), found, star, exported)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if text.all_unknown:
        return None
    if text.all is not None:
        return dict.fromkeys(text.all, True)
    if text.hides:
        return None
    return {name: certain for name, certain in text.names.items() if not name.startswith("_")}


def exported_in_text(source: str, found: Found, star: Resolve, exported: Resolve) -> dict[str, bool] | None:
    """The module's ``__all__`` alone."""
    try:
        text = ModuleText(ast.parse(source), found, star, exported)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if text.all_unknown or text.all is None else dict.fromkeys(text.all, True)


def standard_names(module: str, python: str) -> dict[str, bool] | None:
    """Ask an isolated *python* for a module of its own standard library."""
    if module.split(".", maxsplit=1)[0] in _NOT_ASKED:
        return None
    import subprocess

    code = (
        "import importlib, json, sys; m = importlib.import_module(sys.argv[1]); n = getattr(m, '__all__', None); "
        "print(json.dumps(list(n) if n is not None else [k for k in vars(m) if k[0] != '_']))"
    )
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", code, module],
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return dict.fromkeys(json.loads(done.stdout), True)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def stub_of(file: Path) -> Path:
    """The stub file beside a module's file."""
    return file.with_suffix(".pyi")


def source_of(found: Found) -> str | None:
    """The source of a module; a package without ``__init__`` has an empty one."""
    if found.file is None:
        return ""
    return read_source(found.file)


def _is_public_dir(node: ast.ListComp) -> bool:
    """``[s for s in dir() if not s.startswith("_")]``."""
    return bool(re.fullmatch(r"\[(\w+) for \1 in dir\(\) if not \1\.startswith\('_'\)\]", ast.unparse(node)))


def _stored(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
