"""What a step sees: values, and which expressions give one object."""

from __future__ import annotations

from typing import Any

from tests.truth.grammar.choices import Choices
from tests.truth.grammar.fitting import kind_of
from tests.truth.grammar.live import Live


def look(choices: Choices, live: Live) -> str | None:
    """Print a value, or whether two expressions give one object."""
    paths = live.paths()
    if not paths:
        return None
    path = choices.pick(paths)
    if choices.chance(45):
        found = live.value(path)
        if isinstance(found, (tuple, frozenset)):  # Python may or may not make one of two equal ones
            return f"print({_shown(live, path)})"
        same = [one for one in paths if one != path and live.value(one) is found]
        other = choices.pick(same) if same and choices.chance(60) else choices.pick(paths)
        if kind_of(found) == "array" and kind_of(live.value(other)) == "array":
            return f"print({path} is {other}, np.shares_memory({path}, {other}))"
        return f"print({path} is {other})"
    return f"print({_shown(live, path)})"


def _shown(live: Live, path: str) -> str:
    found = live.value(path)
    kind = kind_of(found)
    if kind == "frame":
        return f"{path}.to_dict('list'), {path}.index.name"
    if kind in ("series", "array"):
        return f"{path}.tolist()"
    if kind == "set":
        return f"sorted({path}, key=str)"
    if kind == "rng":
        return f"{path}.getstate()[1][:2]"
    return path if _prints_alike(found, 0) else f"type({path}).__name__"


def _prints_alike(found: Any, depth: int) -> bool:
    """Without an address, and the same in every process."""
    if isinstance(found, (list, tuple)) or type(found).__name__ == "deque":
        return depth < 6 and all(_prints_alike(one, depth + 1) for one in found)
    if isinstance(found, dict):
        return depth < 6 and all(_prints_alike(one, depth + 1) for one in found.values())
    if isinstance(found, (set, frozenset)):
        return False
    return (
        not callable(found)
        and type(found).__repr__ is not object.__repr__
        and not hasattr(found, "__next__")
        and (type(found).__name__ not in ("Random", "DataFrameGroupBy"))
    )
