"""Entry of the command ``cellift``: finds the command, loads only its module, turns errors into messages.

Exit codes: 0 done, 1 refused input or a failed run, 2 wrong usage, 130 stopped by Ctrl-C.
This module and what it imports at the top are loaded by ``cellift --help``: the standard library's light parts only.
"""

from __future__ import annotations

import os
import sys

from cellift._version import __version__

COMMANDS = {
    "check": "say what is wrong with a notebook, at cell and line",
    "graph": "show the steps of a notebook and what crosses between them",
    "compile": "write a notebook as a pipeline (KFP IR, YAML)",
    "run": "run a notebook or a pipeline on this machine",
    "import": "take over a notebook that another tool has marked",
    "runs": "list, show, cancel and remove runs; read their logs",
    "data": "list, copy and remove data in object stores, with mc's words",
    "explain": "what a diagnostic code means, with a bad and a good example",
    "doctor": "check this installation and say how to mend it",
    "version": "print the version",
}
DEBUG_VARIABLE = "CELLIFT_DEBUG"


def main(argv: list[str] | None = None) -> int:
    """Run one command line (default: this process's) and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    _open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets another one, never a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _command(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`cellift runs ls | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except SystemExit as end:  # argparse: help (0) or wrong usage (2)
        return end.code if isinstance(end.code, int) else 2
    except Exception as error:  # noqa: BLE001 - the last place where an error can become a sentence
        from cellift.cli.errors import explain

        text, code = explain(error)
        if os.environ.get(DEBUG_VARIABLE):
            import traceback

            traceback.print_exc()
        print(text, file=sys.stderr)
    return code


def _open_standard_streams() -> None:
    """Give a stream that the caller closed (``>&-``) the null device.

    Else the next file or pipe gets its number, and what is started later takes that for its output.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")


def _command(words: list[str]) -> int:
    name = words[0] if words else ""
    if name in ("-h", "--help", "help"):
        if len(words) == 1:
            print(_help())
            return 0
        name, words = words[1], [words[1], "--help"]
    if name in ("-V", "--version"):
        name = "version"
    if name not in COMMANDS:
        print(_unknown(name) if name else _help(), file=sys.stderr)
        return 2
    import argparse
    import importlib

    module = importlib.import_module(f"cellift.cli.commands.{name}")
    parser = argparse.ArgumentParser(
        prog=f"cellift {name}",
        description=(module.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # An abbreviated flag would change its meaning when a later version adds a longer one.
        allow_abbrev=False,
    )
    module.configure(parser)
    code: int = module.run(parser.parse_args(words[1:]))
    return code


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [
        f"cellift {__version__}: lift notebook cells to pipelines and training runs",
        "",
        "usage: cellift COMMAND …",
        "",
        *(f"  {name:<{width}}  {meaning}" for name, meaning in COMMANDS.items()),
        "",
        "`cellift COMMAND --help` explains one command. The first steps:",
        "  cellift graph notebook.ipynb",
        "  cellift run notebook.ipynb",
    ]
    return "\n".join(lines)


def _unknown(name: str) -> str:
    import difflib

    if name.startswith("-"):
        hint = "`cellift --help` lists the commands."
    else:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"Near it: {near[0]}." if near else f"There are: {', '.join(COMMANDS)}."
        if name.endswith((".ipynb", ".yaml")):
            hint = f"To run the file: cellift run {name}"
    return f"cellift: there is no command {name!r}. {hint}"


if __name__ == "__main__":
    sys.exit(main())
