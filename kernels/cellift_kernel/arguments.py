"""Arguments of line magics: argparse whose errors are IPython's."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from IPython.core.error import UsageError


class MagicParser(argparse.ArgumentParser):
    """A parser for what follows a magic; wrong usage and ``--help`` end the magic, not the kernel."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog=prog, **{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` with the usage line."""
        raise UsageError(f"{message}. {self.format_usage().strip()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:  # noqa: ARG002
        """End the magic after ``--help`` was printed."""
        raise _HelpShownError


class _HelpShownError(Exception):
    pass


def run_magic(parser: MagicParser, actions: Mapping[Any, Callable[[argparse.Namespace], Any]], line: str) -> Any:
    """Parse *line* and return what the action gives; what is wrong becomes ``UsageError``, without a traceback."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error}. {parser.format_usage().strip()}") from None
    try:
        args = parser.parse_args(words)
    except _HelpShownError:
        return None
    with _plain_errors():
        return actions[args.action](args)


@contextmanager
def _plain_errors() -> Iterator[None]:
    from cellift.api.loading import CannotLoadError
    from cellift.api.mc.errors import CommandError
    from cellift.api.mc.errors import UsageError as WordsError
    from cellift.api.own_notebook import OwnNotebookError
    from cellift.api.text import UnknownNameError
    from cellift.notebook.diagnostics import RefusedError
    from cellift.runs.errors import RunStoreError
    from cellift.storage.errors import StorageError
    from cellift.supervise.detach import LaunchError

    try:
        yield
    except RefusedError as error:
        from cellift.api.diagnostics_text import diagnostic_lines

        raise UsageError("\n".join(["the notebook is refused", *diagnostic_lines(error.diagnostics)])) from None
    except (RunStoreError, LaunchError, OwnNotebookError, UnknownNameError, CannotLoadError) as error:
        raise UsageError(str(error)) from None
    except (StorageError, CommandError, WordsError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None


def parameters(texts: list[str]) -> dict[str, str]:
    """Return ``-p NAME=VALUE`` as name -> text. Raises ``UsageError``."""
    from cellift.api.parameter_texts import parameter_texts

    try:
        return parameter_texts(texts)
    except ValueError as error:
        raise UsageError(str(error)) from None


def absolute(path: str) -> str:
    """Return *path* as an absolute path, links kept."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111
