"""Global random generators: which of them an expression seeds or draws from, seen through import aliases."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from cellift.notebook.sharing import dotted_name

#: Generator -> "seed" or "draw".
Act = tuple[str, Literal["seed", "draw"]]

_RANDOM, _NUMPY, _TORCH = "state:random", "state:numpy.random", "state:torch"
_SEEDS = {
    "random.seed": _RANDOM,
    "random.setstate": _RANDOM,
    "numpy.random.seed": _NUMPY,
    "numpy.random.set_state": _NUMPY,
    "torch.manual_seed": _TORCH,
    "torch.random.manual_seed": _TORCH,
    "torch.set_rng_state": _TORCH,
}
#: Functions of the modules that leave the global generator alone, or make one of their own.
_NO_DRAWS = frozenset(
    "getstate get_state Random SystemRandom default_rng RandomState Generator SeedSequence PCG64 PCG64DXSM MT19937 "
    "Philox SFC64 BitGenerator".split()
)
_TORCH_DRAWS = frozenset(
    "rand randn randint randperm normal multinomial bernoulli poisson rand_like randn_like randint_like dropout".split()
)
#: They draw from numpy's generator unless the keyword ``random_state`` is given a number.
_SKLEARN_DRAWS = frozenset(
    "train_test_split shuffle resample make_classification make_regression make_blobs make_moons make_circles "
    "permutation_importance".split()
)


def imported_names(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """What every imported name stands for, in full: ``{"np": "numpy", "shuffle": "random.shuffle"}``."""
    found: dict[str, str] = {}
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def generator_acts(node: ast.AST, names: Mapping[str, str]) -> Iterator[tuple[Act, ast.Call]]:
    """Every call inside ``node`` that is known to seed a global generator or to draw from one."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            act = _act(call, names)
            if act is not None:
                yield act, call


def _act(call: ast.Call, names: Mapping[str, str]) -> Act | None:
    root, _, rest = (dotted_name(call.func) or "").partition(".")
    if root not in names:
        return None
    path = f"{names[root]}.{rest}" if rest else names[root]
    if path in _SEEDS:
        return _SEEDS[path], "seed"
    module, _, function = path.rpartition(".")
    if module == "random" and function not in _NO_DRAWS:
        return _RANDOM, "draw"
    if module == "numpy.random" and function not in _NO_DRAWS:
        return _NUMPY, "draw"
    if module in ("torch", "torch.nn.functional") and function in _TORCH_DRAWS:
        return _TORCH, "draw"
    if path.startswith("sklearn.") and function in _SKLEARN_DRAWS and not _has_own_state(call):
        return _NUMPY, "draw"
    return None


def _has_own_state(call: ast.Call) -> bool:
    """``random_state=None``, or a name that may be None, means the global generator."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "random_state"), None)
    return isinstance(given, ast.Constant) and given.value is not None
