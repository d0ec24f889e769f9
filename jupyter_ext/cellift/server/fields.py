"""Typed reading of request bodies and queries: every complaint is a 400 that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellift.server.errors import ApiError


class Fields:
    """The fields of a JSON object, or the parameters of a query (then every value is text)."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @classmethod
    def of_body(cls, document: Any, known: frozenset[str]) -> Fields:
        """The fields of a request body. A field that is not in ``known`` is refused, never ignored."""
        if not isinstance(document, dict):
            raise ApiError(400, "The body must be a JSON object.")
        for name in document:
            if name not in known:
                raise ApiError(400, f"The body has an unknown field `{name}`. Known are: {', '.join(sorted(known))}.")
        return cls(document)

    def text(self, name: str) -> str:
        """A text that must be there and not be empty."""
        value = self.optional_text(name)
        if not value:
            raise ApiError(400, f"`{name}` is missing: a text that is not empty is needed.")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or None when the field is absent, null or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise ApiError(400, f"`{name}` must be a text, not {_kind(value)}.")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """A JSON object that must be there."""
        value = self.optional_mapping(name)
        if value is None:
            raise ApiError(400, f"`{name}` is missing: a JSON object is needed.")
        return value

    def optional_mapping(self, name: str) -> dict[str, Any] | None:
        """A JSON object, or None when the field is absent or null."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise ApiError(400, f"`{name}` must be a JSON object, not {_kind(value)}.")
        return value

    def items(self, name: str) -> list[Any]:
        """A list; empty when the field is absent or null."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ApiError(400, f"`{name}` must be a list, not {_kind(value)}.")
        return value

    def optional_texts(self, name: str, *, at_most: int) -> list[str]:
        """A list of texts; empty when the field is absent or null."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ApiError(400, f"`{name}` must be a list of texts.")
        if len(value) > at_most:
            raise ApiError(400, f"`{name}` has {len(value)} entries; at most {at_most} are accepted.")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false when the field is absent or null."""
        return bool(self.optional_flag(name))

    def optional_flag(self, name: str) -> bool | None:
        """True or false, or None when the field is absent or null."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise ApiError(400, f"`{name}` must be true or false, not {_kind(value)}.")
        return value

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number of a body within bounds; ``default`` when it is absent or null."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ApiError(400, f"`{name}` must be a whole number from {low} to {high}.")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of some words; ``default`` when it is absent, which is refused when there is none."""
        value = self.optional_text(name) or default
        if value not in choices:
            raise ApiError(400, f"`{name}` must be one of: {', '.join(choices)}.")
        return value

    def integer(self, name: str, default: int, *, low: int, high: int | None = None) -> int:
        """A whole number of a query; ``default`` when it is absent."""
        value = self.optional_integer(name, low=low, high=high)
        return default if value is None else value

    def optional_integer(self, name: str, *, low: int, high: int | None = None) -> int | None:
        """A whole number of a query within bounds, or None when it is absent."""
        value = self.optional_text(name)
        if value is None:
            return None
        bounds = f"from {low} to {high}" if high is not None else f"of at least {low}"
        # str.isdecimal alone would let other scripts' digits through; the length keeps int() cheap.
        if not (value.isascii() and value.isdecimal() and len(value) <= 18):
            raise ApiError(400, f"`{name}` must be a whole number {bounds}, not {value[:40]!r}.")
        number = int(value)
        if number < low or (high is not None and number > high):
            raise ApiError(400, f"`{name}` must be a whole number {bounds}, not {number}.")
        return number

    def seconds(self, name: str, *, high: float) -> float:
        """A number of seconds of a query, from 0 to ``high``; 0 when it is absent."""
        value = self.optional_text(name)
        if value is None:
            return 0.0
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number <= high:  # also refuses NaN
            raise ApiError(400, f"`{name}` must be a number of seconds from 0 to {high:g}, not {value[:40]!r}.")
        return number


def _kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else "null"
