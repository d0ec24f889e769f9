"""Find IPython's syntax in a cell with IPython's own transformers, and write it as the calls that it stands for.

They know strings and brackets. IPython is imported only for a cell that is not valid Python as it stands.
"""

from __future__ import annotations

import re
from typing import Any

_PROMPT = re.compile(r"(>>>|\.\.\.)( |$)")
#: IPython gives up then, too.
_MOST = 500
_MAGIC_LINE = re.compile(r"^[ \t]*[!%]", re.MULTILINE)


class TooManyError(ValueError):
    """More magics in one cell than IPython itself takes."""


def without_indent_and_prompts(text: str) -> str:
    """What IPython forgives: a cell that is indented as a whole, and the ``>>>`` of examples."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    space = first[: len(first) - len(first.lstrip(" \t"))]
    if space:
        lines = [line.removeprefix(space) for line in lines]
    if _PROMPT.match(first.lstrip()) and first.lstrip().startswith(">>>"):
        lines = [_PROMPT.sub("", line, count=1) if _PROMPT.match(line) else line for line in lines]
    return "\n".join(lines)


def as_calls(text: str) -> str:
    """``text`` with ``%magic``, ``!command`` and ``name?`` as calls of ``get_ipython()``; lines stay where they are.

    Raises ``TooManyError``.
    """
    if len(_MAGIC_LINE.findall(text)) > _MOST:
        raise TooManyError(_MOST)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for _ in range(_MOST):
        found = _first(lines)
        if found is None:
            joined = "".join(lines)
            return joined if text.endswith("\n") else joined[:-1]
        first, after = found
        missing = len(lines) - len(after)
        lines = [*after[: first + 1], *["\n"] * missing, *after[first + 1 :]]
    raise TooManyError(_MOST)


def _first(lines: list[str]) -> tuple[int, list[str]] | None:
    """The line (from 0) of the first piece of IPython syntax, and the lines with it transformed."""
    from IPython.core import inputtransformer2 as ipython

    try:
        tokens = ipython.make_tokens_by_line(lines)
    except (SyntaxError, ValueError):  # badly indented, or half a character; the parser says where
        return None
    candidates: list[Any] = []
    for transformer in (ipython.MagicAssign, ipython.SystemAssign, ipython.EscapedCommand, ipython.HelpEnd):
        found = transformer.find(tokens)  # type: ignore[no-untyped-call]
        if found:
            candidates.append(found)
    for found in sorted(candidates, key=ipython.TokenTransformBase.sortby):
        try:
            after = found.transform(list(lines))
        except SyntaxError:
            continue
        if after != lines:
            return found.start_line, after
    return None
