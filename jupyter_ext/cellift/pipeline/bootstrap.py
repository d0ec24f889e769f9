"""The text of ``python3 -c TEXT``: the step runner and the value formats, as plain source.

Each module is a raw string in the text, without docstrings and comments and with little indentation; modules are made
from them under the package name ``_cellift``, so that a Cellift that is installed in the user's environment is neither
needed nor touched. Where ``__name__`` is not ``"__main__"`` the text only makes the modules; run again in the same
process (or a fork of it) it finds them made.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PACKAGE = "_cellift"

_ROOM = Path(__file__).resolve().parent.parent

# In the order in which they import each other.
_MODULES = (
    "values.errors",
    "values.preview",
    "values.hashed_file",
    "values.arrays",
    "values.plain",
    "values.naming",
    "values.rebuild",
    "values.special",
    "values.by_value",
    "values.scan",
    "values.sharing",
    "values.unpicklable",
    "values.pickles",
    "values.writer",
    "values.reader",
    "values",
    "pipeline.runtime.spec",
    "pipeline.runtime.cells",
    "pipeline.runtime.tracebacks",
    "pipeline.runtime.display",
    "pipeline.runtime.hooks",
    "pipeline.runtime.result",
    "pipeline.runtime.inputs",
    "pipeline.runtime.process_state",
    "pipeline.runtime.state_guard",
    "pipeline.runtime",
    "pipeline.runtime.api",
)

_HEAD = """\
# The step runner of Cellift. It needs Python 3.9 or newer and nothing else.
# The step itself (its code, inputs and outputs) is the parameter cellift_step of the task.
import sys

# A types.py or json.py beside the notebook is the notebook's business: ours are loaded without that folder.
BESIDE = sys.path[:1] == [""]
if BESIDE:
    del sys.path[0]
import types


LOADED = set(sys.modules)


def module(name, source):
    if name in LOADED:
        return
    made = sys.modules.setdefault(name, types.ModuleType(name))
    made.__file__ = "<cellift>" + name[len("_cellift") :].replace(".", "/") + ".py"
    made.__package__ = name if name in PACKAGES else name.rpartition(".")[0]
    if name in PACKAGES:
        made.__path__ = []
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, made)
    exec(compile(source, made.__file__, "exec", dont_inherit=True), made.__dict__)


"""

_TAIL = """

if BESIDE:
    sys.path.insert(0, "")
if __name__ == "__main__":
    sys.modules["_cellift.pipeline.runtime.api"].main(sys.argv[1:])
"""


@cache
def bootstrap() -> str:
    """The whole text; the same for every step."""
    packages = sorted(
        {PACKAGE, *(f"{PACKAGE}.{name}" for name in ("values", "pipeline", "pipeline.runtime"))},
    )
    parts = [_HEAD, f"PACKAGES = {packages!r}\n"]
    # Empty packages first: a module can only be imported relatively when its package exists.
    parts += [f'module("{package}", "")\n' for package in packages]
    for name in _MODULES:
        source = _source(name)
        parts.append(f"\nmodule(\"{PACKAGE}.{name}\", r'''\n{source}''')\n")
    parts.append(_TAIL)
    return "".join(parts)


def _source(name: str) -> str:
    path = _ROOM / name.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = _DOCSTRING.sub(_without, path.read_text(encoding="utf-8"))
    text = _COMMENT.sub("", text)
    return _INDENT.sub(lambda found: " " * (len(found[0]) // 4), text)


# Strings that are statements of their own; in these modules each starts a line with three quotation marks. They are
# for readers of the repository, and make up a fifth of what a container can be given.
# So are comments, and one blank is shorter than four.
_COMMENT = re.compile(r"^ *#.*\n|  # (?:noqa|type):? .*$", re.MULTILINE)
_INDENT = re.compile(r"^(?: {4})+", re.MULTILINE)
_DOCSTRING = re.compile(r'^( *)"""(?:[^"]|"(?!""))*"""\n', re.MULTILINE)


def _without(found: re.Match[str]) -> str:
    """Nothing in the place of a docstring, or ``pass`` where it is all that a class has."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :].lstrip("\n")
    alone = before.endswith(":") and not after.startswith(found[1] or "\0")
    return f"{found[1]}pass\n" if alone else ""
