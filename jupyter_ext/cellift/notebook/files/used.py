"""Which files a statement reads and writes, also in the functions that it calls."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cellift.notebook.files.log_files import begins_anew, log_files, opens_log_file, writes_message
from cellift.notebook.files.paths import ANY, Paths, folders, last_part
from cellift.notebook.files.values import FileValues, computed_name
from cellift.notebook.flow.blocks import Block
from cellift.notebook.flow.statements import Statement
from cellift.notebook.scopes.effects import FILE_READERS, PATH_READERS, PATH_WRITERS, TABLE_WRITERS, WRITE_FIRST
from cellift.notebook.scopes.facts import Use
from cellift.notebook.state.aliases import imported_names
from cellift.notebook.state.generators import QUIET_LIBRARIES
from cellift.notebook.state.reach import Code, Reach
from cellift.project.dotted import dotted_name, last_name
from cellift.project.remembered import remembered

_PATH_KEYWORDS = frozenset(
    "path path_or_buf filepath_or_buffer file filename fname buf excel_writer io filepath path_or_buffer fp".split()
)
_LOOKS_LIKE_FILE = re.compile(r"[\w\-. /\\*]*\.[A-Za-z][A-Za-z0-9]{0,7}$")
_COMMANDS = frozenset(
    "subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen os.system os.popen "
    "subprocess.getoutput subprocess.getstatusoutput".split()
)
#: They open what they are given for reading and writing, if no mode says otherwise.
_BOTH = frozenset("connect HDFStore ExcelWriter PdfPages SummaryWriter memmap open_memmap File".split())
_DEFAULT_READ = frozenset({"open", "ZipFile", "File"})
_TWO = {"copy": "rw", "copy2": "rw", "copyfile": "rw", "copytree": "rw", "move": "ww", "rename": "ww", "replace": "ww"}
_TWO.update(dict.fromkeys(["renames", "symlink", "link"], "ww"))
_OF_OS = frozenset("remove unlink rmdir removedirs makedirs mkdir mkfifo truncate chmod utime mknod".split())
_TREES = frozenset({"rmtree", "extractall", "extract", "unpack_archive", "make_archive", "removedirs"})
#: They add the ending that a file name lacks.
_ADD_ENDING = frozenset("save savez savez_compressed savefig".split())
_LISTS = frozenset({"listdir", "scandir", "walk", "iterdir"})
_GLOBS = frozenset({"glob", "iglob", "rglob"})
_OF_TEMPORARY = frozenset({"exists", "is_dir", "is_file", "cleanup"})
_LISTED = frozenset({"run_line_magic", "rename", "replace", "dump", "urlretrieve"}).union(
    *(_OF_TEMPORARY, _BOTH, _DEFAULT_READ, _TWO, _OF_OS, _TREES, _ADD_ENDING, _LISTS, _GLOBS),
    *(FILE_READERS, PATH_READERS, PATH_WRITERS, TABLE_WRITERS, WRITE_FIRST),
)


class FileAct(NamedTuple):
    """A file is read or written; ``sure`` unless the source only lets one guess it."""

    name: str
    writes: bool
    use: Use
    sure: bool = True
    #: It makes a folder that may be there already: doing it again changes nothing.
    repeatable: bool = False
    #: An import: it concerns who writes a file of that very name.
    exact: bool = False
    #: The name with the folders before it, as far as the source shows it; of an import the top-level module.
    path: str = ""


class Asked(dict[str, str]):
    """What names stand for; remembers which of them it was asked for."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.asked: dict[str, str] = {}

    def ask(self, name: str) -> str:
        """What the name stands for; empty when it is none of them."""
        found = self.get(name, "")
        self.asked[name] = found
        return found

    def still(self, answers: Mapping[str, str]) -> bool:
        """Whether these are the answers that it would give."""
        return all(self.get(name, "") == answer for name, answer in answers.items())


class FileUse:
    """What every statement of a notebook does with files. Ask when names are resolved."""

    def __init__(self, nodes: Sequence[ast.stmt], quiet: Iterable[str] = (), logs: str | None = None) -> None:
        """``nodes``: all statements of the notebook. ``quiet`` modules use no files.

        ``logs``: what files modules beside the notebook let loggers write to.
        """
        quiet = frozenset(quiet)
        self._quiet = QUIET_LIBRARIES | quiet
        self.nodes = nodes
        self.reach = Reach(nodes)
        #: What imported names stand for.
        self.names = Asked(imported_names(nodes))
        self._paths = Paths(nodes)
        self._logs = {logs} if logs else set()
        if any(path.partition(".")[0] == "logging" for path in self.names.values()):
            self._logs |= log_files(nodes, lambda node: self._paths.named(node, {}), self._full)
        self._values = FileValues(nodes, self._full)
        #: What else may make a difference: most notebooks have none of it.
        self._around = (sorted(quiet), sorted(self._logs), self._values.all)
        self._known: dict[Statement, tuple[FileAct, ...]] = {}

    def of(self, statement: Statement) -> tuple[FileAct, ...]:
        """Its acts, each once."""
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = self._remembered(statement)
        return known

    def look_at(self, blocks: Sequence[Block]) -> None:
        """See to it that nearly all is known, if names are resolved: that of a cell at once."""
        for block in blocks:
            codes = self.reach.of_block(block)
            known = block.found.get("files")
            if known is not None:
                (before, around, names, paths), acts = known
                same = before is codes and (around is self._around or around == self._around)
                if same and self.names.still(names) and self._paths.still(paths):
                    self._known.update(acts)
                    continue
            acts = {statement: self.of(statement) for statement in block.settled}
            names, paths = {}, {}
            for statement in block.settled:
                (_, _, names_asked, paths_asked), _ = statement.found["files"]
                names |= names_asked
                paths |= paths_asked
            block.found["files"] = ((codes, self._around, names, paths), acts)

    def _remembered(self, statement: Statement) -> tuple[FileAct, ...]:
        """As the last analysis has found them, if all that was asked for then is as it was."""
        codes = self.reach.of(statement)
        known = statement.found.get("files")
        if known is not None:
            (before, around, names, paths), acts = known
            same = before == codes and (around is self._around or around == self._around)
            if same and self.names.still(names) and self._paths.still(paths):
                return acts  # type: ignore[no-any-return]
        self.names.asked, self._paths.asked = {}, {}
        acts = tuple(dict.fromkeys(self._acts(statement)))
        statement.found["files"] = ((codes, self._around, self.names.asked, self._paths.asked), acts)
        return acts

    def leaves_files(self, statement: Statement) -> bool:
        """Whether it surely writes files, and doing it again could show."""
        return any(act.writes and act.sure and not act.repeatable for act in self.of(statement))

    def call_writes(self, call: ast.Call) -> bool:
        """Whether the call by itself, wherever it is made, writes a file."""
        return any("w" in mode for _, mode in self._call(call, {}))

    def _acts(self, statement: Statement) -> Iterator[FileAct]:
        for code in self.reach.of(statement):
            given = self._given(code)
            if self._values.used(code.nodes):
                place = Use(ANY, statement.node.lineno, 1)
                yield from (FileAct(ANY, writes, place, sure=False) for writes in (False, True))
            for node in code.acts():
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    for module in _modules(node):
                        place = Use(module, statement.node.lineno, 1)
                        yield FileAct(f"{module}.py", False, place, exact=True, path=_top(node, module))
                elif isinstance(node, ast.Call) and self._matters(node):
                    line = node.lineno if code.function is None else statement.node.lineno
                    for name, mode in self._call(node, given):
                        place = Use(name, line, 1)
                        for folder in sorted(folders(name)):
                            yield FileAct(folder, False, place)
                        for sign in mode:
                            if sign in "rw":
                                yield FileAct(
                                    last_part(name), sign == "w", place, "?" not in mode, "=" in mode, path=name
                                )

    def _given(self, code: Code) -> dict[str, set[str]]:
        """What the parameters of a function may name, from the call that leads there."""
        if code.function is None:
            return {}
        arguments = code.function.args
        names = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
        names.extend(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
        values = [*arguments.defaults, *(d for d in arguments.kw_defaults if d)]
        if code.call is not None:
            values += [*code.call.args, *(keyword.value for keyword in code.call.keywords)]
        found = {name for value in values for name in self._paths.named(value, {})}
        files = {name for name in found if ANY not in name or last_part(name) != ANY}
        return dict.fromkeys(names, files or {ANY})

    def _matters(self, call: ast.Call) -> bool:
        """False for most calls: they neither have a name of a table nor name a file."""
        looks = _looks(call)
        if looks.listed or self._logs or self.names.ask(looks.root):
            return True
        return looks.guessed and not isinstance(call.func, ast.Name)

    def _full(self, function: ast.expr) -> str:
        root, _, rest = (dotted_name(function) or "").partition(".")
        top = self.names.ask(root)
        return f"{top}.{rest}" if top and rest else top

    def _call(self, call: ast.Call, given: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
        """(pattern, mode): r and w, ``?`` for a guess, ``=`` for what can be done again."""
        name, path = last_name(call.func), self._full(call.func)
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        root = path.partition(".")[0]
        if self._logs and writes_message(call, path):
            yield from ((file, "rw") for file in sorted(self._logs))
            return
        if path in _COMMANDS:
            yield ANY, "rw"
            return
        if name == "run_line_magic" and receiver is not None and len(call.args) == 2:
            texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if texts[:1] in (["cd"], ["pushd"]):
                yield texts[-1].removeprefix("-q").strip().strip("'\"") or ANY, "r?"
            return
        if path and root not in self._quiet and root not in sys.stdlib_module_names:
            yield ANY, "rw?"  # a library or a module of the user, that may use any file
            return
        module = path.rpartition(".")[0]
        if module in ("os", "shutil") and name in _TWO and len(call.args) > 1:
            for argument, sign in zip(call.args, _TWO[name], strict=False):
                yield from self._each(argument, sign, given)
            if name == "copytree":
                yield ANY, "r"
        elif name in _TREES:
            yield ANY, "w"
        elif module in ("os", "os.path", "shutil") and (name in _OF_OS or name in FILE_READERS or name == "chdir"):
            mode = "r" if name not in _OF_OS else "w=" if _may_exist(call) else "w"
            yield from self._first(call, mode, given)
        elif name in _LISTS:
            yield ANY, "r"
        elif name in _GLOBS:
            yield from self._first(call, "r", given)
        elif receiver is not None and name in PATH_READERS | PATH_WRITERS | _OF_TEMPORARY:
            mode = "r" if name in PATH_READERS else "w=" if _may_exist(call) else "w"
            yield from self._each(receiver, mode, given)
            if name in _OF_TEMPORARY and not self._paths.named(receiver, given):
                yield ANY, mode  # a temporary folder: it is there until somebody removes it
        elif name in ("rename", "replace") and receiver is not None and len(call.args) == 1:
            if isinstance(receiver, (ast.Name, ast.BinOp, ast.Call)) and self._paths.named(receiver, given) - {ANY}:
                yield from self._each(receiver, "w", given)
                yield from self._each(call.args[0], "w", given)
        elif opens_log_file(call, self._full):
            files = call.args[:1] if last_name(call.func) not in ("basicConfig", "dictConfig", "fileConfig") else []
            for file in [*files, *(keyword.value for keyword in call.keywords if keyword.arg == "filename")]:
                yield from self._each(file, "w" if begins_anew(call, self._full) else "w=", given)
        elif name in _BOTH or name in _DEFAULT_READ:
            yield from self._opened(call, name, path, receiver, given)
        elif name in TABLE_WRITERS or name in WRITE_FIRST:
            yield from self._first(call, "w", given)
            if name in _ADD_ENDING:
                yield from ((f"{one}.{ANY}", mode) for one, mode in self._first(call, "w", given) if "." not in one)
        elif name in ("dump", "urlretrieve") and len(call.args) > 1:
            yield from self._each(call.args[1], "w", given)
        elif (name.startswith("read_") or name in FILE_READERS) and (path or name.startswith("read_")):
            yield from self._first(call, "r", given)
        elif computed_name(call.func):
            yield ANY, "rw?"
        elif path or not isinstance(call.func, ast.Name):
            yield from self._guessed(call, given)

    def _opened(
        self, call: ast.Call, name: str, path: str, receiver: ast.expr | None, given: Mapping[str, set[str]]
    ) -> Iterator[tuple[str, str]]:
        by_method = name == "open" and receiver is not None and not path
        modes = [keyword.value for keyword in call.keywords if keyword.arg in ("mode", "flag")]
        modes += call.args[:1] if by_method else call.args[1:2]
        both = name in _BOTH or path in ("shelve.open", "dbm.open")
        mode = "rw" if both else "r"
        if modes and name != "connect":
            text = modes[0].value if isinstance(modes[0], ast.Constant) else "r+"
            writes = bool(set("wax+") & set(str(text)))
            mode = ("rw" if "a" in str(text) or "+" in str(text) else "w") if writes else "r"
        if by_method and receiver is not None:  # an archive that is open already names no file
            yield from self._each(receiver, mode, given)
        else:
            yield from self._first(call, mode, given)

    def _guessed(self, call: ast.Call, given: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
        """A function of some library: what looks like a file name may be one."""
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            if isinstance(argument, (ast.Constant, ast.Name, ast.JoinedStr, ast.BinOp)):
                for name in self._paths.named(argument, given):
                    if name != ANY and " " not in name and _LOOKS_LIKE_FILE.fullmatch(name):
                        yield name, "rw?"

    def _first(self, call: ast.Call, mode: str, given: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
        chosen = next((k.value for k in call.keywords if k.arg in _PATH_KEYWORDS), None)
        if chosen is None and call.args:
            chosen = call.args[0]
        if chosen is not None:
            yield from self._each(chosen, mode, given)

    def _each(self, node: ast.expr, mode: str, given: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
        nodes = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
        for one in nodes:
            for name in sorted(self._paths.named(one, given)):
                yield name, mode


class _Looks(NamedTuple):
    """What a call is without the notebook around it."""

    #: The name that its function begins with.
    root: str
    #: What it calls is in one of the tables, or may be.
    listed: bool
    #: One of its arguments may name a file.
    guessed: bool


@remembered
def _looks(call: ast.Call) -> _Looks:
    name = last_name(call.func)
    listed = name in _LISTED or name.startswith("read_") or opens_log_file(call) or computed_name(call.func)
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    guessed = any(
        isinstance(one, (ast.Name, ast.JoinedStr, ast.BinOp))
        or (isinstance(one, ast.Constant) and isinstance(one.value, (str, bytes)))
        for one in given
    )
    return _Looks((dotted_name(call.func) or "").partition(".")[0], listed, guessed)


def _top(node: ast.Import | ast.ImportFrom, module: str) -> str:
    """The top-level module that an import looks for first; empty for a relative one."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] if not node.level else ""
    return next((a.name.partition(".")[0] for a in node.names if a.name.rpartition(".")[2] == module), module)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.rpartition(".")[2] for alias in node.names]
    return [(node.module or "").rpartition(".")[2], *(alias.name for alias in node.names)]


def _may_exist(call: ast.Call) -> bool:
    return any(
        keyword.arg in ("exist_ok", "missing_ok") and isinstance(keyword.value, ast.Constant) and keyword.value.value
        for keyword in call.keywords
    )
