"""Commands that install packages: which ones they ask for, so that the step can have them without the command."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

_PROGRAMS = frozenset({"pip", "pip3", "conda", "mamba", "micromamba", "uv"})
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.\-]*(\[[\w\-,. ]*\])?\s*((===|[=<>!~]=|[<>=])[^;@]*)?(;.*)?$")
_TAKES_A_WORD = frozenset(
    "-i --index-url --extra-index-url -f --find-links -c --constraint -t --target --prefix --root --proxy --timeout "
    "--retries --trusted-host --channel -n --name -p --python --progress-bar".split()
)
_PIP = frozenset({"pip", "pip3", "uv"})
_INDEXES = frozenset(
    "-i --index-url --extra-index-url -f --find-links --trusted-host --no-binary --only-binary".split()
)
_FILES = frozenset({"-r", "--requirement"})
_UNSEEN = frozenset("-e --editable --file -t --target --prefix --root".split())


class Install(NamedTuple):
    """``requirements`` as pip takes them; ``unseen`` is a word that names packages in a way that cannot be read here.

    ``files`` have more requirements, a line each. Without any, the command only looks at what is installed.
    """

    requirements: tuple[str, ...] = ()
    unseen: str | None = None
    files: tuple[str, ...] = ()
    #: Packages of another index than Python's.
    conda: bool = False


def read_install(command: str) -> Install | None:
    """What ``command`` would install; None when it is no such command, or only looks."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if len(words) > 3 and re.fullmatch(r"(.*/)?python[\d.]*|\{sys\.executable\}|\$sys\.executable", words[0]):
        words = words[2:] if words[1] == "-m" else words
    while words and re.fullmatch(r"[A-Z_]+=\S*|sudo", words[0]):
        words = words[1:]
    if not words or words[0] not in _PROGRAMS:
        return None
    program, *rest = words
    if program == "uv":
        rest = rest[1:] if rest[:1] == ["pip"] else rest
    rest = [word for word in rest if word not in ("-y", "--yes", "-q", "--quiet")]
    if rest[:1] and rest[0] in ("uninstall", "remove", "update", "upgrade", "env", "create", "sync", "add"):
        return Install(unseen=rest[0])
    if rest[:1] != ["install"]:
        return None
    if any(word in ("&&", "||", "|", ";") or word.endswith(";") for word in rest):
        return Install(unseen=next(word for word in rest if word in ("&&", "||", "|", ";") or word.endswith(";")))
    found: list[str] = []
    files: list[str] = []
    pending = iter(rest[1:])
    for word in pending:
        option = word.partition("=")[0]
        if word in (">", ">>", "2>", "2>&1", "1>", "&>") or word.startswith((">/", ">>", "2>", "&>", "1>", ">")):
            if word in (">", ">>", "2>", "1>", "&>"):
                next(pending, None)
            continue
        if option in _FILES and program in _PIP:
            files.append(word.partition("=")[2] or next(pending, ""))
        elif option in _UNSEEN or option in _FILES:
            return Install(tuple(found), word)
        elif option in _TAKES_A_WORD:
            if "=" not in word:
                next(pending, None)
        elif word.startswith("-"):
            continue
        elif _REQUIREMENT.match(word) and not word.endswith((".whl", ".gz", ".zip")):
            found.append(_normal(word, program))
        else:
            return Install(tuple(found), word)
    return Install(tuple(found), None, tuple(files), program not in _PIP)


def read_requirements(text: str) -> Install:
    """What a file of requirements asks for."""
    found: list[str] = []
    files: list[str] = []
    for line in re.sub(r"\\\n", "", text).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()  # noqa: PLW2901
        option, _, rest = line.partition(" ")
        if not line or option.partition("=")[0] in _INDEXES:
            continue
        if option in _FILES:
            files.append(rest.strip())
        elif _REQUIREMENT.match(line):
            found.append(line)
        else:
            return Install(tuple(found), line)
    return Install(tuple(found), None, tuple(files))


def _normal(word: str, program: str) -> str:
    """``name=1.2`` is how conda writes ``name==1.2``."""
    if program in _PIP:
        return word
    return re.sub(r"(?<![=<>!~])=(?!=)", "==", word)
