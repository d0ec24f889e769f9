"""What lies around a notebook, for the analysis: its folder's modules, and what is installed in its environment.

Files are read when first asked for, once, and never executed: one object answers the same for its whole life.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cellift.project.data_files import is_litter, named_files, named_paths
from cellift.project.distributions import Distribution, distribution, editable, installed, providers
from cellift.project.imports import imported_modules
from cellift.project.modules import Found, find_module, read_source
from cellift.project.paths import SearchPath, search_path
from cellift.project.star_names import exported_in_text, names_in_text, source_of, standard_names, stub_of

if TYPE_CHECKING:
    from cellift.project.module_effects import ModuleState

#: Steps get a module of this name with the runner; it is no requirement of theirs.
_OWN = frozenset({"cellift", "cellift_kernel"})


class Project:
    """A notebook's folder (None: there is none) and the search path of its interpreter.

    ``python``: the interpreter, or what finds it when it is first needed; None is this one.
    """

    def __init__(self, folder: str | Path | None = None, python: str | Callable[[], str | None] | None = None) -> None:
        self.folder = None if folder is None else Path(folder)
        self._first: tuple[Path, ...] = ()
        self._last: tuple[Path, ...] = ()
        self._python = python
        self._asked: SearchPath | None = None
        self._stars: dict[tuple[str, bool], dict[str, bool] | None] = {}
        self._now: set[tuple[str, bool]] = set()
        self._trees: dict[str, ast.Module | None] = {}
        self._local: dict[str, Found | None] = {}
        self._found: dict[str, Found | None] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._loaded: dict[frozenset[str], tuple[str, ...]] = {}
        self._needed: dict[frozenset[str], tuple[Distribution, ...]] = {}
        self._brought: dict[frozenset[str], tuple[Distribution, ...]] = {}

    def with_folders(self, first: Iterable[str], last: Iterable[str]) -> Project:
        """The same surroundings, where modules are also looked for in these folders below the notebook's.

        ``last`` are searched behind what is installed.
        """
        if self.folder is None:
            return self
        made = Project(self.folder, self._python)
        made._asked = self._asked
        made._first, made._last = self._below(first), self._below(last)
        return made

    def _below(self, folders: Iterable[str]) -> tuple[Path, ...]:
        assert self.folder is not None
        inside = (Path(os.path.normpath(self.folder / folder)) for folder in folders)
        return tuple(folder for folder in inside if folder.is_dir() and folder.is_relative_to(self.folder))

    @property
    def _path(self) -> SearchPath:
        if self._asked is None:
            self._asked = search_path(self._python() if callable(self._python) else self._python)
        return self._asked

    # --- star imports

    def star_names(self, module: str) -> dict[str, bool] | None:
        """Name -> whether it is certain, of all that ``from MODULE import *`` brings; None when nobody can tell."""
        return self._names(module, only_all=False)

    def _names(self, module: str, *, only_all: bool) -> dict[str, bool] | None:
        key = (module, only_all)
        if key not in self._stars:
            if key in self._now:
                return None  # modules that import each other
            self._now.add(key)
            try:
                self._stars[key] = self._read_names(module, only_all=only_all)
            finally:
                self._now.discard(key)
        return self._stars[key]

    def _read_names(self, module: str, *, only_all: bool) -> dict[str, bool] | None:
        read = exported_in_text if only_all else names_in_text
        found = self.find(module)
        names: dict[str, bool] | None = None
        if found is not None:
            for file in [found.file, stub_of(found.file)] if found.file else [None]:
                text = source_of(Found(found.name, file, found.folders))
                if text is not None and names is None:
                    names = read(text, found, self.star_names, lambda name: self._names(name, only_all=True))
        if (names is None or not all(names.values())) and self._is_standard(module):
            names = standard_names(module, self._path.python) or names
        return names

    def _is_standard(self, module: str) -> bool:
        top = module.partition(".")[0]
        return top in self._path.standard and not self.is_local(top)

    # --- modules beside the notebook

    def find(self, module: str) -> Found | None:
        """The module's file: beside the notebook first, then as the interpreter would find it."""
        if module.partition(".")[0] in self._path.builtin:
            return None
        if module not in self._found:
            self._found[module] = self.beside(module) or find_module(module, self._path.folders)
        return self._found[module]

    def is_local(self, module: str) -> bool:
        """Whether the module lies beside the notebook."""
        return self.beside(module) is not None

    def beside(self, module: str) -> Found | None:
        """The module in the notebook's folder, if it is one."""
        if module not in self._local:
            self._local[module] = self._look_beside(module)
        return self._local[module]

    def _look_beside(self, module: str) -> Found | None:
        if self.folder is None:
            return None
        found = find_module(module, [*self._first, self.folder])
        if found is None and self._last and not find_module(module.partition(".")[0], self._path.folders):
            found = find_module(module, self._last)
        if found is None or (found.file is None and not _has_python(found)):
            return None  # any folder would be a namespace package: only those with modules in them count
        return found

    def tree(self, module: str) -> ast.Module | None:
        """The syntax tree of a module beside the notebook; None when it has no source that can be read."""
        if module not in self._trees:
            found = self.beside(module)
            text = read_source(found.file) if found is not None and found.file is not None else None
            try:
                self._trees[module] = ast.parse(text) if text is not None else None
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._trees[module] = None
        return self._trees[module]

    def local_modules(self, modules: Iterable[str]) -> tuple[str, ...]:
        """The modules beside the notebook that importing these loads: their packages, and what they import in turn."""
        wanted = frozenset(modules)
        if wanted not in self._loaded:
            self._loaded[wanted] = self._load(wanted)
        return self._loaded[wanted]

    def _load(self, modules: Iterable[str]) -> tuple[str, ...]:
        done: set[str] = set()
        pending = list(modules)
        while pending:
            name = pending.pop()
            found = self.beside(name) if name not in done else None
            if found is None:
                continue
            done.add(name)
            tree = self.tree(name)
            if tree is not None:
                pending.extend(imported_modules([tree], found.package))
            parent = name.rpartition(".")[0]
            if parent:
                pending.append(parent)
        return tuple(sorted(done))

    def local_files(self, modules: Iterable[str]) -> tuple[str, ...]:
        """Relative paths of the files that modules beside the notebook need; of a package all files, for its data."""
        files: set[str] = set()
        for name in self.local_modules(modules):
            files |= self._files(name)
        return tuple(sorted(files))

    def _files(self, module: str) -> set[str]:
        found = self.beside(module)
        if found is None or self.folder is None:
            return set()
        if not found.is_package:
            return {found.file.relative_to(self.folder).as_posix()} if found.file else set()
        if found.file is None and "." not in module and found.folders:
            return set()  # a folder without __init__: only the modules in it that are imported
        paths = {file.relative_to(self.folder).as_posix() for folder in found.folders for file in _below(folder)}
        return {path for path in paths if not is_litter(path)}

    def data_files(self, paths: frozenset[str], modules: Iterable[str] = ()) -> tuple[str, ...]:
        """Relative paths of the files beside the notebook that the code, or modules that it imports, name in texts.

        ``paths``: what `named_paths` tells of the code.
        """
        if self.folder is None:
            return ()
        local = self.local_modules(modules)
        if local:
            paths |= named_paths(tree for tree in map(self.tree, local) if tree is not None)
        found = named_files(paths, self.folder, self._named)
        return tuple(sorted(found.difference(self.local_files(modules)) if local else found))

    def module_state(self, modules: Iterable[str], stored: Iterable[str] = ()) -> ModuleState:
        """What the modules beside the notebook that *modules* load keep from call to call.

        ``stored``: full paths that the notebook itself stores into.
        """
        from cellift.project.module_state import module_state

        return module_state(self, modules, stored)

    # --- packages

    def distributions(self, modules: Iterable[str]) -> tuple[Distribution, ...]:
        """What *modules* come from, also what the modules beside the notebook import."""
        asked = frozenset(modules)
        if asked not in self._needed:
            self._needed[asked] = self._needed_for(asked)
        return self._needed[asked]

    def _needed_for(self, modules: Iterable[str]) -> tuple[Distribution, ...]:
        wanted: set[str] = set(modules)
        for name in self.local_modules(wanted):
            found, tree = self.beside(name), self.tree(name)
            if found is not None and tree is not None:
                wanted |= imported_modules([tree], found.package)
        wanted = {name for name in wanted if self._is_installed(name)}
        if not wanted:
            return ()
        key = frozenset(wanted)
        if key not in self._brought:
            self._brought[key] = self._distributions(wanted)
        return self._brought[key]

    def _distributions(self, wanted: set[str]) -> tuple[Distribution, ...]:
        folders = self._path.folders
        brought = providers(sorted(wanted), folders)
        found_all = {one for several in brought.values() for one in several}
        known = {name.partition(".")[0] for name in brought}
        for name in sorted({one.partition(".")[0] for one in wanted} - known):
            place = find_module(name, folders)
            linked = editable(name, str(place.file) if place and place.file else None, folders)
            if linked is not None:
                found_all.add(linked)
        return tuple(sorted(found_all))

    def installed(self, name: str) -> Distribution | None:
        """The distribution of that name, as the interpreter finds it first."""
        return distribution(name, self._path.folders)

    def known_distributions(self) -> tuple[Distribution, ...]:
        """Everything that is installed for the interpreter."""
        return installed(self._path.folders)

    def _is_installed(self, module: str) -> bool:
        top = module.partition(".")[0]
        return top not in _OWN and not self.is_local(top) and top not in self._path.standard


def _below(folder: Path) -> Iterable[Path]:
    return (file for file in folder.rglob("*") if file.is_file())


def _has_python(found: Found) -> bool:
    return any(next(folder.rglob("*.py"), None) is not None for folder in found.folders)
