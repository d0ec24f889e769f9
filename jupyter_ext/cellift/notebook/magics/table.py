"""What each magic does in a step: one closed table. A magic that the table does not know is an error."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Does(Enum):
    """How a magic is written for a step."""

    NOTHING = "nothing"  # it concerns the front end only (`%load` offers code in the next cell): `pass`
    CALL = "call"  # the runner's shell does it
    STATE = "state"  # the same, and later steps repeat it
    OUTPUT = "output"  # `%sx CMD`: the lines that a command prints
    COMMAND = "command"  # `%ls`: an alias of a shell command
    TIME = "time"  # its statement runs, and the times are printed
    RUNS = "runs"  # its statement runs, and what it would report is left out
    TIMEIT = "timeit"  # its statement runs in a function of its own, again and again
    INSTALL = "install"
    SCRIPT = "script"  # `%run FILE`
    EXTENSION = "extension"
    CONFIG = "config"
    DELETE = "delete"
    CAPTURE = "capture"
    REFUSED = "refused"


class Magic(NamedTuple):
    """A row: what the magic does, and the fix or the words of the command where it needs any."""

    does: Does
    text: str = ""


def _rows(does: Does, names: str, text: str = "") -> dict[str, Magic]:
    return {name: Magic(does, text) for name in names.split()}


_NAMESPACE = "Remove the line: a step has only the names that it needs, so it would show other names."
_SESSION = "Remove the line, or mark the cell as skipped: a run has no session that it could act on."

LINE: dict[str, Magic] = {
    **_rows(
        Does.NOTHING,
        "aimport autoawait autocall automagic autosave clear colors doctest_mode gui less load loadpy lsmagic magic "
        "man matplotlib more page pdef pdoc pfile pinfo pinfo2 pipeline pprint psearch psource pycat quickref "
        "rehashx runs subshell killbgscripts unload_ext autoreload",
    ),
    **_rows(Does.CALL, "pwd dirs dhist"),
    **_rows(Does.STATE, "cd env set_env pushd popd precision pdb xmode"),
    **_rows(Does.OUTPUT, "sx system"),
    **_rows(Does.COMMAND, "ls", "ls -F --color"),
    **_rows(Does.COMMAND, "ll", "ls -F -o --color"),
    **_rows(Does.COMMAND, "lf", "ls -F -o --color %l | grep ^-"),
    **_rows(Does.COMMAND, "lk", "ls -F -o --color %l | grep ^l"),
    **_rows(Does.COMMAND, "ldir", "ls -F -o --color %l | grep /$"),
    **_rows(Does.COMMAND, "lx", "ls -F -o --color %l | grep ^-..x"),
    **{name: Magic(Does.COMMAND, name) for name in "mkdir rmdir mv rm cp cat".split()},
    **_rows(Does.TIME, "time"),
    **_rows(Does.RUNS, "prun memit mprun lprun"),
    **_rows(Does.TIMEIT, "timeit"),
    **_rows(Does.INSTALL, "pip conda mamba micromamba uv"),
    **_rows(Does.SCRIPT, "run"),
    **_rows(Does.EXTENSION, "load_ext reload_ext"),
    **_rows(Does.CONFIG, "config"),
    **_rows(Does.REFUSED, "who who_ls whos", _NAMESPACE),
    **_rows(Does.DELETE, "xdel"),
    **_rows(Does.REFUSED, "reset reset_selective", "Remove the line; use `del NAME` for single names."),
    **_rows(
        Does.REFUSED,
        "history hist recall rerun macro store bookmark save notebook pastebin edit debug tb logstart logstop logon "
        "logoff logstate alias_magic code_wrap connect_info qtconsole",
        _SESSION,
    ),
    **_rows(Does.REFUSED, "alias unalias", "Write the command with ! where it is used."),
    **_rows(Does.REFUSED, "sc", "Write NAME = !COMMAND."),
    # Some of its words ask somebody, and in a run nobody answers.
    **_rows(
        Does.REFUSED,
        "data",
        'Write it in Python: cellift.data("CONNECTION/bucket/key") has download, upload, copy_to, remove, ls and open. '
        "What the step reads is recorded with %%step NAME --input name=data:CONNECTION/bucket/key. A cell that the "
        "pipeline can do without is marked as skipped.",
    ),
    **_rows(Does.REFUSED, "pylab", "Import what is used: import numpy as np and import matplotlib.pyplot as plt."),
}

CELL: dict[str, Magic] = {
    **_rows(Does.TIME, "time"),
    **_rows(Does.RUNS, "prun memit"),
    **_rows(Does.TIMEIT, "timeit"),
    **_rows(Does.CAPTURE, "capture"),
    **_rows(Does.CALL, "script sh bash perl ruby python python2 python3 pypy"),
    **_rows(Does.CALL, "writefile file"),
    **_rows(Does.CALL, "html HTML javascript js latex markdown svg SVG"),
    **_rows(Does.OUTPUT, "sx system !"),
    **_rows(Does.REFUSED, "debug code_wrap", "Remove the line."),
}

#: Cell magics that hand their cell to a program.
SCRIPTS = frozenset("script sh bash perl ruby python python2 python3 pypy".split())
#: Cell magics that write their cell to a file.
WRITERS = frozenset({"writefile", "file"})
#: Cell magics that show their cell.
SHOWN = frozenset("html HTML javascript js latex markdown svg SVG".split())

#: Extensions that bring magics and no behaviour of their own.
HARMLESS_EXTENSIONS = frozenset(
    "autoreload cellift line_profiler memory_profiler tensorboard watermark dotenv_magic lab_black nb_black "
    "jupyter_black autotime rich google.colab.data_table blackcellmagic pycodestyle_magic storemagic".split()
)

#: Line magics that show something live, and leave no value behind.
LEFT_OUT = frozenset({"tensorboard"})

#: Options of the profilers, by whether they take a word.
PROFILER_OPTIONS = {
    "prun": ("l:s:T:D:", "rq"),
    "memit": ("r:t:i:", "co"),
    "mprun": ("f:T:", "rc"),
    "lprun": ("f:m:T:D:s:u:", "rzs"),
}
