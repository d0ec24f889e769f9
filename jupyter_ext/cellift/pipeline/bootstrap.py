"""The text of ``python3 -c TEXT``: the step runner and the value formats.

Their sources are packed (base64 of zlib of JSON) without docstrings and comments, because a container can be given
little more than 100 KiB. Modules are made from them under the package name ``_cellift``, so that a Cellift that is
installed in the user's environment is neither needed nor touched. Where ``__name__`` is not ``"__main__"`` the text
only makes the modules; run again in the same process (or a fork of it) it finds them made.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from functools import cache
from pathlib import Path

PACKAGE = "_cellift"

_ROOM = Path(__file__).resolve().parent.parent

# In the order in which they import each other.
_MODULES = (
    "values.errors",
    "values.preview",
    "values.hashed_file",
    "values.plain",
    "values.naming",
    "values.past",
    "values.sets",
    "values.caches",
    "values.in_modules",
    "values.rebuild_arrays",
    "values.rebuild_code",
    "values.originals",
    "values.rebuild",
    "values.special",
    "values.instances",
    "values.weak",
    "values.memory",
    "values.by_value",
    "values.private_maps",
    "values.fingerprint",
    "values.arrays",
    "values.deep",
    "values.room",
    "values.tables",
    "values.nans",
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
    "pipeline.runtime.muting",
    "pipeline.runtime.import_prints",
    "pipeline.runtime.hooks",
    "pipeline.runtime.value_guard",
    "pipeline.runtime.result",
    "pipeline.runtime.file_guard",
    "pipeline.runtime.inputs",
    "pipeline.runtime.interpreter_settings",
    "pipeline.runtime.library_settings",
    "pipeline.runtime.logging_settings",
    "pipeline.runtime",
    "pipeline.runtime.process_state",
    "pipeline.runtime.state_guard",
    "pipeline.runtime.local_modules",
    "pipeline.runtime.module_guard",
    "pipeline.runtime.shipped",
    "pipeline.runtime.carried_files",
    "pipeline.runtime.commands",
    "pipeline.runtime.timing",
    "pipeline.runtime.temporary",
    "pipeline.runtime.magics",
    "pipeline.runtime.api",
)


_HEAD = """\
# The step runner of Cellift. It needs Python 3.9 or newer and nothing else.
# The step itself (its code, inputs and outputs) is the parameter cellift_step of the task.
# SOURCES is base64 of zlib of JSON: [[module, source], ...].
import sys

# A types.py or json.py beside the notebook is the notebook's business: ours are loaded without that folder.
BESIDE = sys.path[:1] == [""]
if BESIDE:
    del sys.path[0]
import base64
import builtins
import hashlib
import json
import os
import re
import shutil
import time
import types
import zlib


def copied(module):
    made = types.ModuleType(module.__name__)
    vars(made).update(vars(module))
    return made


# What the notebook puts into the place of `json.dumps`, `time.time` or `open` is for its own code.
OWN = {module: copied(module) for module in (base64, hashlib, json, os, re, shutil, time, zlib)}
OWN[os].path = copied(os.path)
BUILTINS = dict(vars(builtins))
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
    made.__builtins__ = BUILTINS
    exec(compile(source, made.__file__, "exec", dont_inherit=True), made.__dict__)
    for key, value in list(vars(made).items()):
        if isinstance(value, types.ModuleType) and value in OWN:
            setattr(made, key, OWN[value])


"""

_TAIL = """
for name, source in json.loads(zlib.decompress(base64.b64decode(SOURCES))):
    module(name, source)

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
    sources = json.dumps([[f"{PACKAGE}.{name}", without_words(_source(name))] for name in _MODULES], ensure_ascii=False)
    # Level 9 takes twice as long and saves half a percent.
    packed = base64.b64encode(zlib.compress(sources.encode("utf-8"), 7)).decode("ascii")
    parts.append(f'\nSOURCES = "{packed}"\n')
    parts.append(_TAIL)
    return "".join(parts)


def _source(name: str) -> str:
    path = _ROOM / name.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text(encoding="utf-8")


def without_words(source: str) -> str:
    """``source`` without docstrings and comment lines, a quarter of its size; every line keeps its number."""

    def shortened(found: re.Match[str]) -> str:
        before = source[source.rfind("\n", 0, found.start()) + 1 : found.start()]
        return '""' + "\n" * found[1].count("\n") if not before.strip() else found[0]

    return re.sub(r"^[ \t]*#.*$", "", re.sub(r'"""(.*?)"""', shortened, source, flags=re.S), flags=re.M)
