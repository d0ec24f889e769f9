"""``NAME=VALUE`` as people type parameters, on the command line and after a magic."""

from __future__ import annotations

from collections.abc import Iterable


def parameter_texts(texts: Iterable[str]) -> dict[str, str]:
    """Return name -> text of the value. Raises `ValueError` with a sentence for the user."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ValueError(f"-p {text}: a parameter is given as NAME=VALUE")
        if name in found:
            raise ValueError(f"-p {name} is given twice")
        found[name] = value
    return found
