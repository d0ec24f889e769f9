"""Shell commands as the notebook runs them: in a terminal of 80 columns, or with their output as lines."""

from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from string import Formatter
from typing import Any

# As the kernel of a notebook sets them: no pager waits for a key that nobody presses.
_TERMINAL = {
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "FORCE_COLOR": "1",
    "CLICOLOR_FORCE": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
}
_DOLLAR = re.compile(r"(.*?)\$(\$?[\w\.]+)(?=([^']*'[^']*')*[^']*$)")


class SList(list):  # type: ignore[type-arg]
    """What ``x = !command`` gives: a list of lines, as words too."""

    l = list = property(lambda self: self)  # noqa: E741 - the names of IPython
    s = spstr = property(" ".join)
    n = nlstr = property("\n".join)

    @property
    def p(self) -> Any:
        """Those that are paths of files."""
        from pathlib import Path

        return [Path(line) for line in self if os.path.exists(line)]

    paths = p

    def grep(self, pattern: Any, prune: bool = False, field: Any = None) -> Any:
        """The lines (or their ``field``) that match; with ``prune`` the others."""

        def part(line: str) -> str:
            words = line.split()
            inside = field is None or -len(words) <= field < len(words)
            return line if field is None else words[field] if inside else ""

        matches = pattern if callable(pattern) else lambda line: re.search(pattern, line, re.IGNORECASE)
        return type(self)([line for line in self if bool(matches(part(line))) != bool(prune)])

    def fields(self, *fields: int) -> Any:
        """Words of each line: all of them, or those at these places, joined."""
        if not fields:
            return [line.split() for line in self]
        found = SList()
        for words in [line.split() for line in self]:
            picked = [words[place] for place in fields if -len(words) <= place < len(words)]
            if picked:
                found.append(" ".join(picked))
        return found

    def sort(self, field: Any = None, nums: bool = False) -> Any:  # type: ignore[override]
        """A new list, sorted by a field."""
        keyed: Any = [[line if field is None else SList([line]).fields(field), line] for line in self]
        if nums:
            for pair in keyed:
                digits = "".join(char for char in pair[0] if char.isdigit())
                pair[0] = int(digits) if digits else 0
        keyed.sort()
        return type(self)([pair[1] for pair in keyed])


class _Expansion(Formatter):
    def pieces(self, text: str) -> Iterator[Any]:
        for literal, name, form, conversion in self.parse(text):
            kept, end = "", 0
            for found in _DOLLAR.finditer(literal):
                before, word = found.group(1, 2)
                if word.startswith("$"):
                    kept += before + word
                else:
                    yield kept + before, word, None
                    kept = ""
                end = found.end()
            yield kept + literal[end:], f"{name}:{form}" if form else name, conversion


def expand(text: str, names: dict[str, Any]) -> str:
    """``text`` with ``{expression}`` and ``$name`` filled in; as it is when that fails."""
    form, found = _Expansion(), []
    try:
        for literal, name, conversion in form.pieces(text):
            found.append(literal)
            if name is not None:
                value = eval(name, dict(names))  # noqa: S307 - the user's expression
                found.append(format(form.convert_field(value, conversion), ""))
    except Exception:  # noqa: BLE001 - IPython takes the text as it is, too
        return text
    return "".join(found)


def run_in_terminal(command: str) -> int:
    """Run ``command``, print what it prints as it comes; gives the exit code, of a signal its negative number."""
    try:
        import fcntl
        import pty
        import struct
        import termios

        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    except (ImportError, OSError):
        ours, theirs = os.pipe()
    shell = shutil.which(_shell_name()) or "/bin/sh"
    process = subprocess.Popen(
        [shell, "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **_TERMINAL},
    )
    os.close(theirs)
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def read() -> bytes:
        try:
            return os.read(ours, 65536)
        except OSError:  # a terminal that nobody writes to any more
            return b""

    _pump(read, lambda: sys.stdout, decode)
    os.close(ours)
    code = process.wait()
    return 128 - code if code > 128 else code


def _shell_name() -> str:
    """The shell of ``!command``: IPython took ``sh`` once, and takes that of the user since."""
    from importlib.util import find_spec

    found = find_spec("IPython")
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        try:
            with open(os.path.join(folder, "utils", "_process_posix.py"), encoding="utf-8") as file:
                if "SHELL" not in file.read():
                    return "sh"
        except OSError:
            continue
    return os.environ.get("SHELL") or "sh"


def output_of(command: str) -> SList:
    """The lines that ``command`` prints."""
    if command.rstrip().endswith("&"):
        raise OSError("Background processes not supported.")
    shell = os.environ.get("SHELL")
    ran = subprocess.run(  # noqa: S602
        command,
        shell=True,
        executable=shell if shell and os.path.exists(shell) else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return SList(ran.stdout.decode("utf-8", "replace").splitlines())


def run_script(words: list[str], text: str, streams: tuple[Callable[[], Any], Callable[[], Any]]) -> int:
    """Give ``text`` to a program; what it prints goes to the two ``streams``."""
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin and process.stdout and process.stderr
    readers = []
    for pipe, stream in zip((process.stdout, process.stderr), streams):  # noqa: B905 - Python 3.9
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        read = partial(os.read, pipe.fileno(), 65536)
        readers.append(threading.Thread(target=_pump, args=(read, stream, decode), daemon=True))
    for reader in readers:
        reader.start()
    try:
        process.stdin.write(text.encode("utf-8", "replace"))
        process.stdin.close()
    except BrokenPipeError:
        pass
    for reader in readers:
        reader.join()
    code = process.wait()
    process.stdout.close()
    process.stderr.close()
    return code


def _pump(read: Callable[[], bytes], stream: Callable[[], Any], decode: Callable[..., str]) -> None:
    while True:
        data = read()
        text = decode(data, not data)
        if text:
            stream().write(text)
            stream().flush()
        if not data:
            return
