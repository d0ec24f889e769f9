"""Keys of an object store, held so that they are not shown by accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

_HIDDEN = "…"


class Secret:
    """A text that only `reveal` gives: not ``repr``, ``str``, ``format``, JSON, or pickle (which raises TypeError)."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself: for a request's signature, and for the place where secrets are kept."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, _: str) -> str:
        return _HIDDEN

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # loads the sums, which listing connections does without

        return hmac.compare_digest(self.__value.encode("utf-8", "replace"), other.reveal().encode("utf-8", "replace"))

    # A hash of the text would say whether two secrets are the same to whoever sees it.
    __hash__ = None  # type: ignore[assignment]

    # Secrets never change, so that a copy is the same one; only `pickle` is left to ask for the reduction.
    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: object) -> Secret:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("A secret is not written to a file or sent to another process: open the connection there.")


@dataclass(frozen=True)
class Keys:
    """A key pair, with the session token of temporary ones. The id is no secret, but is shown `masked` only."""

    key_id: Secret
    secret: Secret
    token: Secret | None = None

    @property
    def masked(self) -> str:
        """The beginning of the key id: enough to tell one's own keys apart."""
        text = self.key_id.reveal()
        return text[: min(4, len(text) // 3)] + _HIDDEN


def keys(key_id: str, secret: str, token: str | None = None) -> Keys:
    """Return the key pair that these texts are."""
    return Keys(Secret(key_id), Secret(secret), Secret(token) if token else None)
